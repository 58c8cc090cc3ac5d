/** A gateway that answers as a test wants it to, on this machine. */

import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { concat } from "../../src/bytes.js";
import type { Json } from "../../src/json.js";
import { writeJson } from "../../src/json.js";

/** A request that came. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: Uint8Array;
  /** Who asks. */
  readonly authorization: string | undefined;
}

/** An answer: JSON, a problem, a body as it is, or none. */
export type Reply =
  | { readonly status: number; readonly json: Json }
  | { readonly status: number; readonly body: string; readonly type?: string }
  | "hang up";

/** A problem with a code. */
export function problem(status: number, code: string): Reply {
  const json = { type: `/problems/${code}`, title: code, status: BigInt(status), detail: `detail of ${code}`, code };
  return { status, body: writeJson(json), type: "application/problem+json" };
}

/** A gateway of a test. */
export class TestServer {
  readonly asked: Asked[] = [];

  /** The gateway's address. */
  url = "";

  private constructor(private readonly server: Server) {}

  static async start(answer: (asked: Asked) => Reply): Promise<TestServer> {
    const server = createServer((request, response) => void handle(request, response));
    const started = new TestServer(server);
    const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      const parts: Uint8Array[] = [];
      for await (const part of request) {
        parts.push(part as Uint8Array);
      }
      const { authorization } = request.headers;
      const asked = { method: request.method ?? "", path: request.url ?? "", body: concat(...parts), authorization };
      started.asked.push(asked);
      const reply = answer(asked);
      if (reply === "hang up") {
        request.socket.destroy();
        return;
      }
      const type = "json" in reply ? "application/json" : (reply.type ?? "text/plain");
      response.writeHead(reply.status, { "content-type": type, "retry-after": "7" });
      response.end("json" in reply ? writeJson(reply.json) : reply.body);
    };
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    started.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return started;
  }
  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }
}
