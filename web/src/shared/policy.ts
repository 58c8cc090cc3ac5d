/** The one place where a text becomes the address of a script: the policy of the pages lets no other do that. */

interface Policy {
  createScriptURL(url: string): unknown;
}
interface Factory {
  createPolicy(name: string, rules: { readonly createScriptURL: (url: string) => string }): Policy;
}

function own(url: string): string {
  const { origin, pathname } = new URL(url, location.href);
  const isOwn = origin === location.origin && /^\/(?:assets|wallet)\/[\w.-]+\.js$/.test(pathname);
  if (!isOwn) {
    throw new TypeError(`${url} is no script of these pages`);
  }
  return url;
}

const factory = (globalThis as { readonly trustedTypes?: Factory }).trustedTypes;
const policy = factory?.createPolicy("lojal", { createScriptURL: own });

/** The address of a script of these pages, as workers take it. */
export function scriptUrl(url: string): string {
  return (policy?.createScriptURL(url) ?? own(url)) as string;
}
