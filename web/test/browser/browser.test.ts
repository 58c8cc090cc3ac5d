/** The pages in a real browser, against a real network that serves them. */

import { after, before, describe } from "node:test";

import type { Browser } from "playwright-core";

import { beginCampaigns, campaignTests } from "./campaigns.js";
import { consoleTests } from "./console.js";
import { consoleActTests } from "./console-acts.js";
import { consoleCampaignTests } from "./console-campaigns.js";
import { consoleListTests } from "./console-lists.js";
import { consoleMotionTests } from "./console-motions.js";
import { explorerTests, makePartners } from "./explorer.js";
import { keyTests } from "./keys.js";
import { beginProgrammes, levelTests } from "./levels.js";
import { lieTests } from "./lies.js";
import { marketTests } from "./market.js";
import { memberTests } from "./member.js";
import { noticeTests } from "./notices.js";
import { passkeyTests } from "./passkey.js";
import { pendingTests } from "./pending.js";
import { reachTests } from "./reach.js";
import { recoveryTests } from "./recovery.js";
import { tillTests } from "./till.js";
import { voucherTests } from "./vouchers.js";
import type { Network } from "./world.js";
import { addressOf, Devnet, issue, launch, quickRecovery, skipped } from "./world.js";

describe("the pages", { skip: skipped() }, () => {
  let network: Network;
  let browser: Browser;

  before(async () => {
    network = await Devnet.start("--genesis", quickRecovery());
    browser = await launch();
    for (const [brand, amount] of [
      ["nordmat", "900"],
      ["fjallen", "3400"],
      ["havshotell", "18200"],
      ["kaffet", "31.00"],
    ] as const) {
      issue(network, brand, addressOf(network, "member-1"), amount);
    }
    makePartners(network);
    beginProgrammes(network, "member-1");
    beginCampaigns(network);
  });
  after(async () => {
    await browser.close();
    await network.stop();
  });

  const world = (): { readonly network: Network; readonly browser: Browser } => ({ network, browser });
  memberTests(world);
  keyTests(world);
  passkeyTests(world);
  recoveryTests(world);
  noticeTests(world);
  levelTests(world);
  campaignTests(world);
  voucherTests(world);
  marketTests(world);
  pendingTests(world);
  lieTests(world);
  tillTests(world);
  reachTests(world);
  explorerTests(world);
  consoleTests(world);
  consoleActTests(world);
  consoleListTests(world);
  consoleCampaignTests(world);
  consoleMotionTests(world);
});
