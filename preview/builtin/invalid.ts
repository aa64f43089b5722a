import { Refusal } from "../../actions/lib/refusal.ts";

/** The failure of one of Velero's own actions: the item does not come back. */
export function invalid(message: string, remedy: string): Refusal {
  return new Refusal(message, { rule: "protocol 4.13", remedy, reason: "invalid_item" });
}
