/** A till's request: its code for the member, the time that is left, and the answer, proven. */

import type { PaymentRequest, Points } from "@lojal/client";
import { holdEnd, LojalError, paymentRequestFromUri } from "@lojal/client";
import { useState } from "preact/hooks";

import { momentText } from "../../shared/format.js";
import { Icon } from "../../shared/icon.js";
import { Notice, Waiting } from "../../shared/parts.js";
import { language } from "../../shared/preferences.js";
import { Qr } from "../../shared/qr.js";
import { linkTo } from "../../shared/route.js";
import type { Answer } from "../model/till-answer.js";
import { useAnswer } from "../model/till-answer.js";
import { Heading } from "../ui/parts.js";
import { Ring, useLeft } from "../ui/ring.js";
import { AtDesk, Proven, Sum } from "../ui/till-parts.js";
import { TakeHeld } from "../ui/take-held.js";
import { tillWords } from "../words/till.js";

function Open(props: { readonly asked: PaymentRequest; readonly code: string; readonly fault: unknown }) {
  const { asked, code, fault } = props;
  const text = tillWords.value;
  const { brand, amount, kind, untilMs } = asked.request;
  const left = useLeft(untilMs);
  return (
    <div class="stack">
      <Heading title={kind.type === "hold" ? text.holdTitle : text.askTitle} back="till" />
      <div class="till">
        <div class="stack">
          <Sum brand={brand} amount={amount} />
          <div class="code">
            <Qr text={code} label={text.qr} />
          </div>
          <p class="soft center">{text.askLead}</p>
        </div>
        <div class="stack">
          <div class="panel row between wrap">
            <Waiting text={text.waiting} />
            <Ring left={left} label={text.left} />
          </div>
          {fault !== null && (
            <Notice kind="warn">
              <p>{text.noContact}</p>
            </Notice>
          )}
          <details class="panel">
            <summary>{text.asText}</summary>
            <p class="mono" data-testid="code">
              {code}
            </p>
          </details>
          <a class="button plain" href={linkTo("till")}>
            {text.cancel}
          </a>
          <p class="small soft">{text.cancelLead}</p>
        </div>
      </div>
    </div>
  );
}

function Ended({ title, lead }: { readonly title: string; readonly lead: string }) {
  const text = tillWords.value;
  return (
    <div class="stack">
      <div class="outcome bad" role="alert" data-testid="till-outcome">
        <Icon name="cross" />
        <h1>{title}</h1>
        <p>{lead}</p>
      </div>
      <a class="button" href={linkTo("till")}>
        {text.next}
      </a>
    </div>
  );
}

function Answered({ answer }: { readonly answer: Extract<Answer, { type: "answered" }> }) {
  const text = tillWords.value;
  const { operation, id, receipt } = answer;
  const { header } = receipt.proof;
  const { brand, amount, from } = operation;
  const isHold = operation.type === "hold";
  const [isTaking, setTaking] = useState(false);
  return (
    <div class="stack">
      <Proven
        title={isHold ? text.held : text.paid}
        brand={brand}
        amount={amount}
        member={from}
        header={header}
        id={id}
      />
      {operation.type === "hold" && (
        <div class="panel stack">
          <p>{text.heldUntil(momentText(holdEnd(operation.expiresMs), language.value))}</p>
          {isTaking ? (
            <AtDesk>
              {(desk) => (
                <TakeHeld
                  desk={desk}
                  held={{
                    brand,
                    from,
                    amount: amount as Points,
                    holdReference: operation.request.reference,
                    holdDated: operation.request.dated,
                  }}
                />
              )}
            </AtDesk>
          ) : (
            <button class="button plain" type="button" onClick={() => setTaking(true)}>
              {text.takeTitle}
            </button>
          )}
        </div>
      )}
    </div>
  );
}

function Asked({ asked, code }: { readonly asked: PaymentRequest; readonly code: string }) {
  const text = tillWords.value;
  const answer = useAnswer(asked, code);
  switch (answer.type) {
    case "open":
      return <Open asked={asked} code={code} fault={answer.fault} />;
    case "over":
      return <Ended title={text.timeOverTitle} lead={text.timeOver} />;
    case "untrue":
      return <Ended title={text.untrueTitle} lead={text.untrue} />;
    case "answered":
      return <Answered answer={answer} />;
  }
}

/** The screen of the request in a text. */
export function TillAsk({ of }: { readonly of: string }) {
  const text = tillWords.value;
  let asked: PaymentRequest;
  try {
    asked = paymentRequestFromUri(of);
  } catch (error) {
    if (!(error instanceof LojalError)) {
      throw error;
    }
    return <Ended title={text.failed} lead={text.faults.damaged} />;
  }
  return <AtDesk>{() => <Asked asked={asked} code={of} />}</AtDesk>;
}
