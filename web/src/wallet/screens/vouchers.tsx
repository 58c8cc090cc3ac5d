/** The member's vouchers and those of pools: the list of them, and one by itself. */

import "../offers.css";

import type { BrandId } from "@lojal/client";

import { numberText } from "../../shared/format.js";
import { Icon } from "../../shared/icon.js";
import { Notice } from "../../shared/parts.js";
import { language } from "../../shared/preferences.js";
import { linkTo } from "../../shared/route.js";
import { claimPlace } from "../model/invitation.js";
import { brandOf } from "../model/network.js";
import { useCampaignsOnce } from "../model/offers.js";
import type { OwnedVoucher } from "../model/voucher-choice.js";
import { ownedIn, voucherIn } from "../model/vouchers.js";
import { Heading, look } from "../ui/parts.js";
import { Shield } from "../ui/shield.js";
import { leftText, untilText, useVouchers, VouchersTrouble } from "../ui/voucher.js";
import { voucherWords } from "../words/vouchers.js";

/** The vouchers of one brand. Whether one can be returned follows from its campaign, which is proven. */
function AtBrand({ brand, all }: { readonly brand: BrandId; readonly all: readonly OwnedVoucher[] }) {
  const text = voucherWords.value;
  const { known } = useCampaignsOnce(brand);
  const { id, name } = brandOf(brand);
  const isReturnable = ({ voucher }: OwnedVoucher): boolean => {
    return known?.told.campaigns.find((one) => one.campaign === voucher.campaign)?.terms.returnable ?? false;
  };
  const remarks = (one: OwnedVoucher): readonly string[] => {
    return [...(one.isPool ? [text.pool] : []), ...(isReturnable(one) ? [text.returnable] : [])];
  };
  return (
    <section class="panel stack" aria-label={name} data-testid={`vouchers-${id}`}>
      <h2>{name}</h2>
      <ul class="list brand-rows">
        {all.map((one) => (
          <li key={one.voucher.voucher}>
            <a href={linkTo("voucher", one.voucher.voucher)}>
              <span class={`badge ${look(id)}`} aria-hidden="true">
                <Icon name="ticket" />
              </span>
              <span class="grow">
                <strong>{text.name(String(one.voucher.campaign))}</strong>
                <br />
                <span class="small">
                  {[leftText(one.voucher.left), untilText(one.voucher.until)].join(" · ")}
                </span>
                {remarks(one).length > 0 && (
                  <>
                    <br />
                    <span class="small soft">{remarks(one).join(" · ")}</span>
                  </>
                )}
              </span>
              <Icon name="chevron" />
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Nothing() {
  const text = voucherWords.value;
  return (
    <div class="panel stack">
      <h2>{text.none}</h2>
      <p class="soft">{text.noneLead}</p>
      <a class="button" href={linkTo("offers")}>
        <Icon name="gift" />
        {text.toOffers}
      </a>
    </div>
  );
}

function All({ all }: { readonly all: readonly OwnedVoucher[] }) {
  const text = voucherWords.value;
  const brands = [...new Set(all.map(({ voucher }) => voucher.brand))];
  if (all.length === 0) {
    return <Nothing />;
  }
  return (
    <>
      <a class="button" href={linkTo("scan")}>
        <Icon name="scan" />
        {text.scan}
      </a>
      {brands.map((brand) => (
        <AtBrand key={brand} brand={brand} all={all.filter(({ voucher }) => voucher.brand === brand)} />
      ))}
      <p class="small soft">{text.names}</p>
    </>
  );
}

/** The screen of all vouchers. */
export function Vouchers() {
  const text = voucherWords.value;
  const held = useVouchers();
  const known = held.now ?? held.kept;
  return (
    <div class="stack">
      <div>
        <Heading title={text.title} back="" />
        <Shield />
      </div>
      <p class="soft">{text.lead}</p>
      <VouchersTrouble {...held} />
      {known !== null && <All all={ownedIn(known)} />}
    </div>
  );
}

/** Whether it can be returned, and the way there. */
function Return({ one }: { readonly one: OwnedVoucher }) {
  const text = voucherWords.value;
  const { brand, campaign, voucher } = one.voucher;
  const { known, error } = useCampaignsOnce(brand);
  const terms = known?.told.campaigns.find((other) => other.campaign === campaign)?.terms;
  if (known === null && error === null) {
    return <p class="small soft">{text.askedReturn}</p>;
  }
  return terms?.returnable === true ? (
    <a class="button plain" href={linkTo("voucher-return", voucher)}>
      <Icon name="undo" />
      {text.back.title}
    </a>
  ) : (
    <p class="small soft">{text.notReturnable}</p>
  );
}

function Whole({ one }: { readonly one: OwnedVoucher }) {
  const text = voucherWords.value;
  const { brand, campaign, voucher, left, until } = one.voucher;
  const place = claimPlace({ brand, campaign, referrer: null });
  return (
    <>
      <div class={`gift ${look(brand)}`}>
        <p>{brandOf(brand).name}</p>
        <p class="big" data-testid="uses">
          {text.times(numberText(left, language.value))}
        </p>
        <p>{untilText(until)}</p>
      </div>
      <a class="button" href={linkTo("scan")}>
        <Icon name="scan" />
        {text.scan}
      </a>
      <section class="panel stack" aria-label={text.howTitle}>
        <h2>{text.howTitle}</h2>
        <p class="soft">{text.how}</p>
      </section>
      <div class="panel stack">
        <dl class="facts">
          <dt>{text.campaign}</dt>
          <dd>
            {campaign} · <a href={linkTo("claim", place)}>{text.look}</a>
          </dd>
          <dt>{text.of}</dt>
          <dd>{one.isPool ? text.pool : text.own}</dd>
          <dt>{text.id}</dt>
          <dd class="mono">{voucher}</dd>
        </dl>
        <Return one={one} />
      </div>
    </>
  );
}

/** The screen of the voucher with an id. */
export function VoucherScreen({ of }: { readonly of: string }) {
  const text = voucherWords.value;
  const held = useVouchers();
  const known = held.now ?? held.kept;
  const one = known === null ? null : voucherIn(known, of);
  return (
    <div class="stack">
      <div>
        <Heading title={text.one} back="vouchers" />
        <Shield />
      </div>
      <VouchersTrouble {...held} />
      {known !== null && one === null && (
        <Notice kind="warn">
          <p>{text.unknown}</p>
        </Notice>
      )}
      {one !== null && <Whole one={one} />}
    </div>
  );
}
