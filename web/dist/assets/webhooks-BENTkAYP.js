<<<<<<<< HEAD:web/dist/assets/webhooks-BENTkAYP.js
import{nr as e}from"./format-DjlCYu0A.js";import{n as t,t as n}from"./fresh-DMJS8O2h.js";var r=e(null);function i(){n(),r.value=null}async function a(e){return e((await t()).webhooks)}async function o(e){r.value=(await a(t=>t.all(e))).webhooks}export{r as i,i as n,o as r,a as t};
========
import{xr as e}from"./format-CuvJIMTH.js";import{n as t,t as n}from"./fresh-BHumn4Q1.js";var r=e(null);function i(){n(),r.value=null}async function a(e){return e((await t()).webhooks)}async function o(e){r.value=(await a(t=>t.all(e))).webhooks}export{r as i,i as n,o as r,a as t};
>>>>>>>> core:web/dist/assets/webhooks-DjT-iEk2.js
