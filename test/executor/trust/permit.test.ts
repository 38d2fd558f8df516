import { describe, expect, it } from "vitest";
import { permitIn, RevokedSerials, signedPermit, type Permit } from "../../../executor/trust/index.ts";
import { newAuthority } from "./trusted.ts";

const permit: Permit = { key: "k", workload: "web", from: "a", to: "b", untilMs: 0 };

describe("a permit for data", () => {
  it("counts when an executor of this authority has signed it, and only as it was signed, for as long as it says", async () => {
    const { authority, means, date } = await newAuthority();
    const other = await newAuthority();
    const revoked = new RevokedSerials(means, authority.certificatePem);
    const wanted = { ...permit, untilMs: date.utcMs() + 1000 };
    const anna = await authority.certify({ role: "executor", name: "anna" });
    const text = signedPermit(wanted, anna);
    const read = (said: string, atMs = date.utcMs()): Permit | null => permitIn(said, authority.certificatePem, revoked, atMs);
    expect(read(text)).toEqual(wanted);

    const [said = "", signature = "", certificate = ""] = text.split(".");
    const changed = Buffer.from(JSON.stringify({ ...wanted, workload: "db" })).toString("base64url");
    const agent = signedPermit(wanted, await authority.certify({ role: "agent", name: "a" }));
    const stranger = signedPermit(wanted, await other.authority.certify({ role: "executor", name: "anna" }));
    const borrowed = [said, agent.split(".")[1], certificate].join(".");
    for (const wrong of ["", "..", "a.b.c", said, `${said}.${signature}`, [changed, signature, certificate].join("."), agent, stranger, borrowed]) expect(read(wrong)).toBeNull();
    expect(read(text, wanted.untilMs)).toBeNull();
    expect(read(text, date.utcMs() + 8 * 86_400_000)).toBeNull();
    await authority.revoke({ role: "executor", name: "anna" });
    await revoked.accept(await authority.revocations());
    expect(read(text)).toBeNull();
  });
});
