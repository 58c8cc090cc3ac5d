/** The camera, and a field to paste into: one of the two gives a text. */

import { useEffect, useRef, useState } from "preact/hooks";

import { Icon } from "../../shared/icon.js";
import { Notice, TextField } from "../../shared/parts.js";
import { screenWords } from "../words/screens.js";

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
  const { scan } = screenWords.value;
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

/** The two ways. What is wrong with a text stands at the field. */
export function Reader({ wrong, onText }: { readonly wrong: string; readonly onText: (text: string) => void }) {
  const { scan } = screenWords.value;
  const [text, setText] = useState("");
  const paste = (event: Event): void => {
    event.preventDefault();
    onText(text);
  };
  return (
    <>
      <Camera onText={onText} />
      <form class="panel stack" onSubmit={paste}>
        <h2>{scan.paste}</h2>
        <TextField label={scan.pasteLabel} wrong={wrong} isMono value={text} onValue={setText} />
        <button class="button" type="submit" disabled={text.trim() === ""}>
          {scan.use}
        </button>
      </form>
    </>
  );
}
