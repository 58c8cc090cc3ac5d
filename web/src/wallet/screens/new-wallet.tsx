/** A new wallet with its words, words that come back, and a key file that is taken over. */

import { Backup, KeyFile, LojalError, parseAddressText } from "@lojal/client";
import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";

import { Field, PassphraseField, TextField, Waiting } from "../../shared/parts.js";
import { PassphraseForm } from "../../shared/passphrase.js";
import { ask, signerOf } from "../model/keys.js";
import { theNetwork } from "../model/network.js";
import { restoredRotation } from "../model/restore.js";
import { keepWallet, openFile } from "../model/session.js";
import { errorText } from "../ui/parts.js";
import { words } from "../words/index.js";
import { screenWords } from "../words/screens.js";

const PASSPHRASE_CHARS_MIN = 10;

function Step({
  title,
  lead,
  at,
  of,
  children,
}: {
  readonly title: string;
  readonly lead: string;
  readonly at: number;
  readonly of: number;
  readonly children: ComponentChildren;
}) {
  return (
    <div class="stack">
      <p class="small soft">{screenWords.value.start.step(at, of)}</p>
      <h1>{title}</h1>
      <p class="soft">{lead}</p>
      {children}
    </div>
  );
}

function Back({ onBack }: { readonly onBack: () => void }) {
  return (
    <button class="button quiet" type="button" onClick={onBack}>
      {words.value.common.back}
    </button>
  );
}

/** The passphrase of a new key file, and the moment in which it is sealed. */
function Seal(props: { readonly phrase: string; readonly at: number; readonly of: number }) {
  const { start } = screenWords.value;
  const { common } = words.value;
  const { phrase, at, of } = props;
  const [first, setFirst] = useState("");
  const [second, setSecond] = useState("");
  const [wrong, setWrong] = useState("");
  const [busy, setBusy] = useState("");
  const seal = async (): Promise<void> => {
    if ([...first].length < PASSPHRASE_CHARS_MIN || first !== second) {
      setWrong(first === second ? start.passShort : start.passDiffers);
      return;
    }
    setWrong("");
    setBusy(start.sealing);
    try {
      const rotation = await restoredRotation(phrase, (number) => setBusy(start.searching(number)));
      if (rotation === null) {
        setWrong(start.notFound);
        return;
      }
      setBusy(start.sealing);
      const { network } = theNetwork().genesis;
      const sealed = await ask({ type: "seal", words: phrase, rotation, passphrase: first, network });
      await keepWallet(openFile(sealed), signerOf(sealed));
    } catch (error) {
      setWrong(errorText(error));
    } finally {
      setBusy("");
    }
  };
  const submit = (event: Event): void => {
    event.preventDefault();
    void seal();
  };
  return (
    <Step title={start.passTitle} lead={start.passLead} at={at} of={of}>
      <form class="panel stack" onSubmit={submit}>
        <PassphraseField
          label={common.passphrase}
          hint={start.passShort}
          value={first}
          isNew
          onValue={setFirst}
        />
        <PassphraseField
          label={start.repeat}
          hint={wrong === "" ? start.passShort : ""}
          wrong={wrong}
          value={second}
          isNew
          onValue={setSecond}
        />
        {busy !== "" && <Waiting text={busy} />}
        <button class="button" type="submit" disabled={busy !== "" || first === ""}>
          {common.done}
        </button>
      </form>
    </Step>
  );
}

/** Three places of 24, from the system's random numbers, in rising order. */
function threePlaces(): readonly number[] {
  const places = new Set<number>();
  while (places.size < 3) {
    places.add((crypto.getRandomValues(new Uint8Array(1))[0] ?? 0) % 24);
  }
  return [...places].sort((one, other) => one - other);
}

function Check({
  list,
  onDone,
  onAgain,
}: {
  readonly list: readonly string[];
  readonly onDone: () => void;
  readonly onAgain: () => void;
}) {
  const { start } = screenWords.value;
  const { common } = words.value;
  const places = useMemo(threePlaces, []);
  const [typed, setTyped] = useState<readonly string[]>(["", "", ""]);
  const [isTried, setTried] = useState(false);
  const isRight = (at: number): boolean => typed[at]?.trim().toLowerCase() === list[places[at] ?? 0];
  const check = (event: Event): void => {
    event.preventDefault();
    setTried(true);
    if (places.every((_, at) => isRight(at))) {
      onDone();
    }
  };
  return (
    <Step title={start.checkTitle} lead={start.checkLead} at={2} of={3}>
      <form class="panel stack" onSubmit={check}>
        {places.map((place, at) => (
          <Field
            key={place}
            label={start.word(place + 1)}
            wrong={isTried && !isRight(at) ? start.wrongWord : ""}
          >
            {(id, hint) => (
              <input
                class="input"
                id={id}
                aria-describedby={hint}
                autocomplete="off"
                autocapitalize="off"
                spellcheck={false}
                data-place={place}
                value={typed[at]}
                onInput={(event) => {
                  const { value } = event.currentTarget;
                  setTyped(typed.map((one, other) => (other === at ? value : one)));
                }}
              />
            )}
          </Field>
        ))}
        <button class="button" type="submit">
          {common.continue}
        </button>
      </form>
      <Back onBack={onAgain} />
    </Step>
  );
}

/** A new wallet: words, three of them back, a passphrase. */
export function NewWallet({ onBack }: { readonly onBack: () => void }) {
  const { start } = screenWords.value;
  const list = useMemo(() => Backup.random().words().split(" "), []);
  const [step, setStep] = useState(1);
  if (step === 2) {
    return <Check list={list} onDone={() => setStep(3)} onAgain={() => setStep(1)} />;
  }
  if (step === 3) {
    return <Seal phrase={list.join(" ")} at={3} of={3} />;
  }
  return (
    <Step title={start.wordsTitle} lead={start.wordsLead} at={1} of={3}>
      <ol class="panel words" data-testid="words">
        {list.map((word, at) => (
          <li key={at}>{word}</li>
        ))}
      </ol>
      <button class="button" type="button" onClick={() => setStep(2)}>
        {start.written}
      </button>
      <Back onBack={onBack} />
    </Step>
  );
}

/** Words from paper. */
export function ImportWords({ onBack }: { readonly onBack: () => void }) {
  const { start } = screenWords.value;
  const { common } = words.value;
  const [typed, setTyped] = useState("");
  const [wrong, setWrong] = useState("");
  const [phrase, setPhrase] = useState<string | null>(null);
  if (phrase !== null) {
    return <Seal phrase={phrase} at={2} of={2} />;
  }
  const read = (event: Event): void => {
    event.preventDefault();
    try {
      setPhrase(Backup.fromWords(typed).words());
    } catch (error) {
      setWrong(error instanceof LojalError ? error.message : String(error));
    }
  };
  return (
    <Step title={start.importTitle} lead={start.importLead} at={1} of={2}>
      <form class="panel stack" onSubmit={read}>
        <TextField label={start.importLabel} wrong={wrong} value={typed} onValue={setTyped} />
        <button class="button" type="submit" disabled={typed.trim() === ""}>
          {common.continue}
        </button>
      </form>
      <Back onBack={onBack} />
    </Step>
  );
}

/** The file that the wallet of the command line keeps. */
export function ImportFile({ onBack }: { readonly onBack: () => void }) {
  const { start } = screenWords.value;
  const { unlock } = words.value;
  const [file, setFile] = useState("");
  const [wrong, setWrong] = useState("");
  const choose = async (input: HTMLInputElement): Promise<void> => {
    const text = (await input.files?.[0]?.text()) ?? "";
    try {
      const isOther = parseAddressText(KeyFile.fromJson(text).address).network !== theNetwork().genesis.network;
      setWrong(isOther ? start.fileOther : "");
      setFile(isOther ? "" : text);
    } catch (error) {
      setFile("");
      setWrong(error instanceof LojalError ? error.message : String(error));
    }
  };
  const open = async (passphrase: string): Promise<void> => {
    const answer = await ask({ type: "unlock", file, passphrase });
    await keepWallet(openFile({ ...answer, file }), signerOf(answer));
  };
  return (
    <Step title={start.fileTitle} lead={start.fileLead} at={1} of={1}>
      <div class="panel">
        <PassphraseForm action={unlock.action} isReady={file !== ""} tell={errorText} onPassphrase={open}>
          <Field label={start.fileLabel} wrong={wrong}>
            {(id, hint) => (
              <input
                class="input"
                id={id}
                aria-describedby={hint}
                type="file"
                onChange={(event) => void choose(event.currentTarget)}
              />
            )}
          </Field>
        </PassphraseForm>
      </div>
      <Back onBack={onBack} />
    </Step>
  );
}
