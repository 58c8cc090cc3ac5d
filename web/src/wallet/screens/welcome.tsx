/** The first visit: which network, and then a new wallet, words from paper, or a key file. */

import { Welcome as Frame } from "../../shared/welcome.js";
import { identity } from "../model/network.js";
import { lazy } from "../ui/lazy.js";
import { words } from "../words/index.js";

interface Back {
  readonly onBack: () => void;
}
// The list of words is long.
const NewWallet = lazy<Back>(async () => (await import("./new-wallet.js")).NewWallet);
const ImportWords = lazy<Back>(async () => (await import("./new-wallet.js")).ImportWords);
const ImportFile = lazy<Back>(async () => (await import("./new-wallet.js")).ImportFile);

const StartRecovery = lazy<Back>(async () => (await import("./start-recovery.js")).StartRecovery);

/** The screen. */
export function Welcome({ canKeep }: { readonly canKeep: boolean }) {
  const { welcome } = words.value;
  return (
    <Frame
      page="wallet"
      title={welcome.title}
      lead={welcome.lead}
      canKeep={canKeep}
      network={identity()}
      ways={[
        { text: welcome.create, icon: "spark", screen: (onBack) => <NewWallet onBack={onBack} /> },
        { text: welcome.words, screen: (onBack) => <ImportWords onBack={onBack} /> },
        { text: welcome.file, screen: (onBack) => <ImportFile onBack={onBack} /> },
        { text: welcome.recover, screen: (onBack) => <StartRecovery onBack={onBack} /> },
      ]}
    />
  );
}
