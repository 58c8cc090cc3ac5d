/** The camera, or a field to paste into: for a till's request, or somebody's address. */

import { addressToText, tagOf, toTimeMs } from "@lojal/client";
import { useEffect, useRef, useState } from "preact/hooks";

import { Icon } from "../../shared/icon.js";
import { Field, Notice } from "../../shared/parts.js";
import { goTo } from "../../shared/route.js";
import { scanned } from "../model/code.js";
import type { CodeFault } from "../model/code.js";
import { theNetwork } from "../model/network.js";
import { Heading } from "../ui/parts.js";
import { words } from "../words/index.js";

interface Detector {
  detect(source: CanvasImageSource): Promise<readonly { readonly rawValue: string }[]>;
}

/** The reader of codes: the browser's own where it has one. */
async function detector(): Promise<(video: HTMLVideoElement) => Promise<string | null>> {
  const own = (globalThis as { readonly BarcodeDetector?: new (options: object) => Detector }).BarcodeDetector;
  if (own !== undefined) {
    const found = new own({ formats: ["qr_code"] });
    return async (video) => (await found.detect(video))[0]?.rawValue ?? null;
  }
  const { decodeQR } = await import("qr/decode.js");
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return async (video) => {
    [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
    if (context === null || canvas.width === 0) {
      return null;
    }
    context.drawImage(video, 0, 0);
    try {
      return decodeQR(context.getImageData(0, 0, canvas.width, canvas.height));
    } catch {
      // There is no code in this picture.
      return null;
    }
  };
}

async function watch(video: HTMLVideoElement, stop: AbortSignal, found: (text: string) => void): Promise<void> {
  const stream = await navigator.mediaDevices.getUserMedia({
    video: { facingMode: "environment" },
    audio: false,
  });
  const end = (): void => stream.getTracks().forEach((track) => track.stop());
  stop.addEventListener("abort", end, { once: true });
  if (stop.aborted) {
    end();
    return;
  }
  video.srcObject = stream;
  await video.play();
  const read = await detector();
  while (!stop.aborted) {
    const text = await read(video).catch(() => null);
    if (text !== null && text !== "" && !stop.aborted) {
      found(text);
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 120));
  }
}

function Camera({ onText }: { readonly onText: (text: string) => void }) {
  const { scan } = words.value;
  const video = useRef<HTMLVideoElement>(null);
  const [isOn, setOn] = useState(false);
  const [isBroken, setBroken] = useState(false);
  useEffect(() => {
    if (!isOn || video.current === null) {
      return undefined;
    }
    const stop = new AbortController();
    watch(video.current, stop.signal, onText).catch(() => {
      setBroken(true);
      setOn(false);
    });
    return () => stop.abort();
  }, [isOn]);
  return (
    <>
      {isBroken && (
        <Notice kind="warn">
          <p>{scan.noCamera}</p>
        </Notice>
      )}
      {isOn && (
        <div class="viewer">
          <video ref={video} playsInline muted aria-label={scan.camera} />
        </div>
      )}
      <button class={isOn ? "button plain" : "button"} type="button" onClick={() => setOn(!isOn)}>
        <Icon name="scan" />
        {isOn ? scan.stop : scan.start}
      </button>
    </>
  );
}

/** The screen. */
export function Scan() {
  const { scan } = words.value;
  const [text, setText] = useState("");
  const [fault, setFault] = useState<CodeFault | null>(null);
  const faults: Readonly<Record<CodeFault, string>> = {
    network: scan.wrongNetwork,
    expired: scan.expired,
    damaged: scan.damaged,
    ticket: scan.ticket,
    other: scan.other,
  };
  const use = (found: string): void => {
    const { chainId, network } = theNetwork().genesis;
    const result = scanned(found, network, tagOf(chainId), toTimeMs(Date.now()));
    setFault(result.type === "fault" ? result.fault : null);
    if (result.type === "request") {
      goTo("pay", found.replace(/\s/g, ""));
    } else if (result.type === "address") {
      goTo("send", addressToText(result.address, network));
    }
  };
  const paste = (event: Event): void => {
    event.preventDefault();
    use(text);
  };
  return (
    <div class="stack">
      <Heading title={scan.title} />
      <p class="soft">{scan.lead}</p>
      <Camera onText={use} />
      <form class="panel stack" onSubmit={paste}>
        <h2>{scan.paste}</h2>
        <Field label={scan.pasteLabel} wrong={fault === null ? "" : faults[fault]}>
          {(id, hint) => (
            <textarea
              class="input mono"
              id={id}
              aria-describedby={hint}
              autocomplete="off"
              autocapitalize="off"
              spellcheck={false}
              value={text}
              onInput={(event) => setText(event.currentTarget.value)}
            />
          )}
        </Field>
        <button class="button" type="submit" disabled={text.trim() === ""}>
          {scan.use}
        </button>
      </form>
    </div>
  );
}
