/** Notices: what this browser is told of, what leaves the phone, and which browsers of the account are told. */

import type { api } from "@lojal/client";
import { useEffect, useState } from "preact/hooks";

import { momentText } from "../../shared/format.js";
import { Notice, Tick, Waiting } from "../../shared/parts.js";
import { language } from "../../shared/preferences.js";
import type { Obstacle, Topic } from "../model/notices.js";
import {
  findNotices,
  NoticesDeniedError,
  ownId,
  pushes,
  readPushes,
  removePush,
  TOPICS,
  topics,
  turnOff,
  turnOn,
} from "../model/notices.js";
import { errorText, Heading } from "../ui/parts.js";
import { words } from "../words/index.js";
import { noticeWords } from "../words/notices.js";

/** Does something, and says what went wrong. */
type Run = (what: () => Promise<void>) => void;

function Topics({ isBusy, run }: { readonly isBusy: boolean; readonly run: Run }) {
  const notices = noticeWords.value;
  const [chosen, setChosen] = useState<readonly Topic[]>(topics.value ?? TOPICS);
  const toggle = (topic: Topic, isOn: boolean): void => {
    setChosen(TOPICS.filter((one) => (one === topic ? isOn : chosen.includes(one))));
  };
  return (
    <section class="panel stack" aria-label={notices.about}>
      {topics.value !== null && <Notice>{notices.isOn}</Notice>}
      <fieldset class="stack tight">
        <legend>{notices.about}</legend>
        {TOPICS.map((topic) => (
          <Tick
            key={topic}
            label={notices[topic]}
            isOn={chosen.includes(topic)}
            onValue={(isOn) => toggle(topic, isOn)}
          />
        ))}
      </fieldset>
      <p class="soft small">{notices.always}</p>
      <button class="button" type="button" disabled={isBusy} onClick={() => run(() => turnOn(chosen))}>
        {topics.value === null ? notices.on : notices.save}
      </button>
      {topics.value !== null && (
        <button class="button plain" type="button" disabled={isBusy} onClick={() => run(turnOff)}>
          {notices.off}
        </button>
      )}
    </section>
  );
}

function BrowserLine({ push, isBusy, run }: { readonly push: api.Push; readonly isBusy: boolean; readonly run: Run }) {
  const notices = noticeWords.value;
  const isOwn = push.id === ownId.value;
  const notes = [
    ...(isOwn ? [notices.own] : []),
    notices.until(momentText(push.untilMs, language.value)),
    ...(push.failures > 0 ? [notices.failing] : []),
  ];
  const host = new URL(push.service).host;
  return (
    <li class="row between">
      <span>
        {host}
        <span class="soft small"> · {notes.join(" · ")}</span>
      </span>
      <button
        class="button plain"
        type="button"
        disabled={isBusy}
        aria-label={`${notices.remove}: ${host}`}
        onClick={() => run(isOwn ? turnOff : () => removePush(push.id))}
      >
        {notices.remove}
      </button>
    </li>
  );
}

function Browsers({ isBusy, run }: { readonly isBusy: boolean; readonly run: Run }) {
  const notices = noticeWords.value;
  const all = pushes.value;
  return (
    <section class="panel stack" aria-label={notices.browsers}>
      <h2>{notices.browsers}</h2>
      {all === null && (
        <button class="button plain" type="button" disabled={isBusy} onClick={() => run(readPushes)}>
          {notices.showBrowsers}
        </button>
      )}
      {all?.length === 0 && <p class="soft">{notices.noBrowsers}</p>}
      {all !== null && all.length > 0 && (
        <ul class="stack tight" data-testid="browsers">
          {all.map((push) => (
            <BrowserLine key={push.id} push={push} isBusy={isBusy} run={run} />
          ))}
        </ul>
      )}
    </section>
  );
}

/** The screen. */
export function Notices() {
  const notices = noticeWords.value;
  const [obstacle, setObstacle] = useState<Obstacle | undefined>(undefined);
  const [isBusy, setBusy] = useState(false);
  const [fault, setFault] = useState("");
  const look = (): void => {
    void findNotices().then(setObstacle, (error: unknown) => setFault(errorText(error)));
  };
  useEffect(look, []);
  const run: Run = (what) => {
    setBusy(true);
    setFault("");
    void what()
      .catch((error: unknown) => {
        setFault(error instanceof NoticesDeniedError ? notices.notLetIn : errorText(error));
        look();
      })
      .finally(() => setBusy(false));
  };
  return (
    <div class="stack">
      <Heading title={notices.title} back="more" />
      <p class="soft">{notices.lead}</p>
      {fault !== "" && <Notice kind="bad">{fault}</Notice>}
      {obstacle === undefined && fault === "" && <Waiting text={words.value.common.loading} />}
      {obstacle !== undefined && obstacle !== null && <Notice kind="warn">{notices.obstacles[obstacle]}</Notice>}
      {obstacle === null && <Topics isBusy={isBusy} run={run} />}
      {obstacle !== undefined && obstacle !== "off" && <Browsers isBusy={isBusy} run={run} />}
      <section class="panel stack" aria-label={notices.leaves}>
        <h2>{notices.leaves}</h2>
        <p class="soft">{notices.leavesLead}</p>
      </section>
    </div>
  );
}
