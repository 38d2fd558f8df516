import { describe, expect, it } from "vitest";
import { RevokedSerials, signatureOf, signerOf } from "../../../executor/trust/index.ts";
import { newAuthority } from "./trusted.ts";

const day = 86_400_000;

describe("a person's signature", () => {
  it("counts for what was said and nothing else, until the certificate ends or is revoked", async () => {
    const [{ authority, means, date }, other] = [await newAuthority(), await newAuthority()];
    const revoked = new RevokedSerials(means, authority.certificatePem);
    const bruno = await authority.certify({ role: "person", name: "bruno" });
    const trust = { authorityPem: authority.certificatePem, revoked };
    const signature = signatureOf("yes", bruno);
    expect(signerOf("yes", signature, trust, date.utcMs())).toMatchObject({ signer: { role: "person", name: "bruno" } });
    expect(signerOf("yes", signature, trust, date.utcMs() + 89 * day)).toMatchObject({ signer: { name: "bruno" } });
    expect(signerOf("yes", signature, trust, date.utcMs() + 91 * day)).toEqual({ because: 'the certificate of person "bruno" has expired' });
    expect(signerOf("no", signature, trust, date.utcMs())).toEqual({ because: "something else was signed with it" });

    // The same name from another authority, with the right key but the wrong certificate, and the other way round.
    const stranger = await other.authority.certify({ role: "person", name: "bruno" });
    const [value, certificate] = signature.split(".");
    const [otherValue, otherCertificate] = signatureOf("yes", stranger).split(".");
    for (const wrong of [`${otherValue}.${otherCertificate}`, `${value}.${otherCertificate}`]) {
      expect(signerOf("yes", wrong, trust, date.utcMs())).toEqual({ because: "its certificate is not of this fleet's authority" });
    }
    expect(signerOf("yes", `${otherValue}.${certificate}`, trust, date.utcMs())).toEqual({ because: "something else was signed with it" });
    for (const none of ["", "x", ".", `${value}`, `${signature}.`, `${signature}.x`, `${value}.${value}`]) expect(signerOf("yes", none, trust, date.utcMs())).toEqual({ because: "it is no signature" });

    await authority.revoke({ role: "person", name: "bruno" });
    await revoked.accept(await authority.revocations());
    expect(signerOf("yes", signature, trust, date.utcMs())).toEqual({ because: 'the certificate of person "bruno" was revoked' });
  });
});
