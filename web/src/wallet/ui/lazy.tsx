/** Screens that are loaded when they are first wanted, so that the first one is there sooner. */

import type { FunctionComponent } from "preact";
import { useEffect, useState } from "preact/hooks";

import { Waiting } from "../../shared/parts.js";
import { words } from "../words/index.js";

/** A component that loads another one. */
export function lazy<P extends object>(load: () => Promise<FunctionComponent<P>>): FunctionComponent<P> {
  let loaded: FunctionComponent<P> | null = null;
  return function Lazy(props: P) {
    const [, setLoaded] = useState(loaded !== null);
    useEffect(() => {
      if (loaded === null) {
        void load().then((component) => {
          loaded = component;
          setLoaded(true);
        });
      }
    }, []);
    const Component = loaded;
    return Component === null ? <Waiting text={words.value.common.loading} /> : <Component {...props} />;
  };
}
