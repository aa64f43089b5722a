/**
 * kubevirt: VirtualMachines with their disks and everything they hang on; replaces kubevirt-velero-plugin.
 *
 * @module
 */

import { defineSource } from "../action.ts";
import { settings } from "./settings.ts";

/** The source. */
export const kubevirt = defineSource("kubevirt", settings, []);
