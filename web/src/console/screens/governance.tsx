/** What those who run the network decide, in words: to be read here. */

import type { api, BrandId } from "@lojal/client";
import { useEffect, useState } from "preact/hooks";

import { Waiting } from "../../shared/parts.js";
import { theNetwork } from "../../wallet/model/network.js";
import { chosen } from "../model/brand.js";
import { codeWords, say } from "../model/saying.js";
import { tellGovernance } from "../model/tell-governance.js";
import { Diff, Fault, Panel, Said } from "../ui/parts.js";
import { words } from "../words/index.js";

const EVERY_MS = 15_000;

type Governance = api.GovernanceAnswer;

function isAbout({ actions }: api.Motion, brand: BrandId | null): boolean {
  return actions.some((action) => "brand" in action && action.brand === brand);
}

function One({ motion, now }: { readonly motion: api.Motion; readonly now: Governance }) {
  const { governance: text } = words.value;
  const { stage } = motion;
  const number = (value: bigint): string => say.value.number(value);
  return (
    <li class="stack tight">
      <div class="row between wrap">
        <strong>{words.value.motions.number(number(motion.motion))}</strong>
        <span class="row wrap">
          {isAbout(motion, chosen.value) && <span class="chip warn">{text.ours}</span>}
          <span class="chip">{say.value.words.stages[stage.status]}</span>
        </span>
      </div>
      <p class="small soft">{text.by(motion.by, say.value.moment(motion.createdMs))}</p>
      {motion.actions.map((action, at) => {
        const { title, rows } = tellGovernance(action, now, say.value);
        return (
          <div class="stack tight" key={at}>
            <h3>{title}</h3>
            <Diff rows={rows} />
          </div>
        );
      })}
      {stage.status === "open" && (
        <p class="small soft">{text.votes(number(motion.approvingPower), number(motion.totalPower))}</p>
      )}
      {stage.status === "failed" && <p class="small bad">{codeWords(stage.code)}</p>}
    </li>
  );
}

function List({ title, motions, now }: {
  readonly title: string;
  readonly motions: readonly api.Motion[];
  readonly now: Governance;
}) {
  return (
    <Panel title={title}>
      {motions.length === 0 ? (
        <p class="soft">{words.value.governance.none}</p>
      ) : (
        <ul class="list">
          {motions.map((motion) => (
            <One key={String(motion.motion)} motion={motion} now={now} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

/** The screen. */
export function GovernanceScreen() {
  const { governance: text, common } = words.value;
  const [now, setNow] = useState<Governance | null>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    let isOld = false;
    const look = (): void => {
      theNetwork().gateways.ask((gateway) => gateway.governance()).then(
        (told) => (isOld ? undefined : (setNow(told), setError(null))),
        (fault: unknown) => (isOld ? undefined : setError(fault)),
      );
    };
    look();
    const timer = setInterval(look, EVERY_MS);
    return () => {
      isOld = true;
      clearInterval(timer);
    };
  }, []);
  return (
    <div class="stack">
      <h1>{text.title}</h1>
      <p class="soft">{text.lead}</p>
      <Fault error={error} />
      {now === null && error === null && <Waiting text={common.loading} />}
      {now !== null && (
        <>
          <p class="row wrap">
            <span class="chip">{text.version(say.value.number(now.version))}</span>
            {now.scheduled !== null && (
              <span class="chip warn">
                {text.scheduled(say.value.number(now.scheduled.version), say.value.number(now.scheduled.height))}
              </span>
            )}
          </p>
          <List title={text.open} motions={now.open} now={now} />
          <List title={text.closed} motions={now.closed} now={now} />
          <Said />
        </>
      )}
    </div>
  );
}
