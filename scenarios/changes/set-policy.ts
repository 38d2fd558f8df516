import { Type } from "typebox";
import type { PolicyId } from "../../model/ids.ts";
import { closed, id, oneOf, whole, type Written } from "../fields/common.ts";
import { decide, type ChangeKind } from "./change.ts";

const optional = Type.Optional;

const schema = closed({
  id: id("Policy id."),
  enabled: optional(Type.Boolean({ description: "Switch it on or off." })),
  strength: optional(oneOf(["must", "should", "audit"], "Another strength.")),
  weight: optional(whole("Another weight.", 1, 1_000_000)),
}, "A policy is switched on or off, or made stronger or weaker.");

/** A policy is switched on or off, or made stronger or weaker. */
export const setPolicy: ChangeKind<Written<typeof schema>> = {
  name: "setPolicy",
  meaning: "a policy is switched on or off, or made stronger or weaker",
  schema,

  apply({ id, ...settings }, context) {
    const { draft, check, at } = context;
    const policy = check.exists("policy", id, draft.policies, [...at, "id"]) ? draft.policies.get(id as PolicyId) : undefined;
    if (policy === undefined) return null;
    if (Object.keys(settings).length === 0) {
      check.problem("missing-key", at, () => ({ message: `setPolicy ${id} sets nothing; it needs enabled, strength or weight.`, advice: "enabled: false switches the policy off." }));
      return null;
    }
    for (const [name, value] of Object.entries(settings)) if (!decide(context, `${name} of policy ${id}`, String(value), name)) return null;
    draft.policies.set(policy.id, { ...policy, ...settings });
    const { enabled, strength, weight } = settings;
    const words = [
      ...(enabled === undefined ? [] : [enabled ? "on" : "off"]), ...(strength === undefined ? [] : [`strength ${strength}`]), ...(weight === undefined ? [] : [`weight ${weight}`]),
    ];
    return `policy ${id}: ${words.join(", ")}`;
  },
};
