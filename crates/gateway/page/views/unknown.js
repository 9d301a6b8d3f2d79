// An account of which nothing is known yet.

/** @import { View } from '../types.d.ts' */

import { waiting } from '../ui.js';

/** @type {View} */
export const unknown = { title: context => context.account, render: () => waiting() };
