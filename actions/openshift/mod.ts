/**
 * OpenShift: its resources are restored as they have to be, and images are named as the target cluster names them.
 *
 * @module
 */

import { defineSource } from "../action.ts";
import { onOpenShift, type OpenShiftAction } from "./platform.ts";
import { settings } from "./settings.ts";

// By the number in openshift 3.
const ACTIONS: readonly OpenShiftAction[] = [];

/** The source `openshift`. */
export const openshift = defineSource("openshift", settings, ACTIONS.map(onOpenShift));
