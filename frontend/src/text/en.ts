/** Every sentence of the dashboard, in English. Another language is another folder of the same form. */
import { app } from "./en/app";
import { signin } from "./en/signin";
import { integrations } from "./en/integrations";
import { automation } from "./en/automation";
import { leads } from "./en/leads";
import { imports } from "./en/imports";
import { errors } from "./en/errors";
import { settings } from "./en/settings";

export const en = { ...app, ...signin, ...integrations, ...automation, ...leads, ...imports, ...errors, ...settings };

export type Catalogue = typeof en;
