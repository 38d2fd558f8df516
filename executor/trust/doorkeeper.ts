import type { TLSSocket } from "node:tls";
import type { WallClock } from "../../model/clock.ts";
import { words, type Peer, type Role } from "./identity.ts";
import type { RevokedSerials } from "./revoked-serials.ts";
import { peerAt } from "./tls.ts";

/** Told of everything that an operator may want to look into later. */
export type Note = (words: string) => void;

/** Lets peers in, and shows them out when their certificate ends: by time, or because it was revoked. */
export class Doorkeeper {
  readonly #revoked: RevokedSerials;
  readonly #clock: Pick<WallClock, "utcMs">;
  readonly #roles: readonly Role[];
  readonly #note: Note;
  readonly #inside = new Map<TLSSocket, Peer>();

  constructor(revoked: RevokedSerials, clock: Pick<WallClock, "utcMs">, roles: readonly Role[], note: Note) {
    this.#revoked = revoked;
    this.#clock = clock;
    this.#roles = roles;
    this.#note = note;
  }

  /** Asks who is at the other end of a new connection, and ends it when they may not come in. */
  admit(socket: TLSSocket): Peer | null {
    const peer = peerAt(socket);
    const because = peer === null ? "it shows no certificate of ours" : this.#objection(peer);
    if (peer === null || because !== null) {
      this.#note(`refused a connection of ${peer === null ? "an unknown peer" : words(peer)} from ${socket.remoteAddress ?? "nowhere"}: ${because ?? ""}`);
      socket.destroy();
      return null;
    }
    this.#inside.set(socket, peer);
    socket.once("close", () => this.#inside.delete(socket));
    return peer;
  }

  /** Who has come in through this connection. */
  peerAt(socket: TLSSocket): Peer | null {
    return this.#inside.get(socket) ?? null;
  }

  /** Ends the connections of all whose certificate counts no more; how many there were. */
  sweep(): number {
    let count = 0;
    for (const [socket, peer] of this.#inside) {
      const because = this.#objection(peer);
      if (because === null) continue;
      this.#note(`ended the connection of ${words(peer)}: ${because}`);
      socket.destroy();
      count++;
    }
    return count;
  }

  #objection(peer: Peer): string | null {
    if (!this.#roles.includes(peer.role)) return `only ${this.#roles.join(", ")} may come in here`;
    if (this.#revoked.has(peer.serial)) return "its certificate was revoked";
    return peer.notAfterMs <= this.#clock.utcMs() ? "its certificate has expired" : null;
  }
}
