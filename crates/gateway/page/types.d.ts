// What the control protocol says (`crates/protocol/src/control`), and what a view is, for the type checker alone; no
// browser loads it.

import type { TemplateResult } from 'lit-html';
import type { ApiError } from './api.js';
import type { Place } from './router.js';

export type LoginMethod = { type: 'qr' } | { type: 'code'; phone: string };
export type PairingWho = { code: string } | { sender: string };
export type Mode = 'dedicated' | 'personal';
export type DmPolicy = 'pairing' | 'allowlist' | 'open' | 'disabled';
export interface Edit { key: string; value: unknown; append: boolean; remove?: boolean }

export type ControlRequest =
  | { verb: 'agents_list' | 'status' | 'health' | 'doctor' | 'channels_list' | 'gateway_status' | 'config_reload' }
  | { verb: 'channels_status' | 'directory_self' | 'directory_groups' | 'groups_list'; account: string | null }
  | { verb: 'channels_login'; account: string; method: LoginMethod }
  | { verb: 'channels_pause' | 'channels_resume' | 'channels_restart' | 'channels_logout'; account: string }
  | { verb: 'channels_add'; account: string; mode: Mode | null; dm_policy: DmPolicy | null; allow_from: string[] }
  | { verb: 'config_get'; key: string | null }
  | { verb: 'config_set'; edits: Edit[] }
  | { verb: 'pairing_list'; account: string | null; approved: boolean }
  | { verb: 'pairing_approve'; account: string | null; who: PairingWho; notify: boolean }
  | { verb: 'pairing_deny'; account: string | null; who: PairingWho }
  | { verb: 'pairing_revoke'; account: string | null; sender: string }
  | { verb: 'groups_activation'; account: string | null; group: string; activation: 'mention' | 'always' | 'default' }
  | { verb: 'groups_allow'; account: string | null; group: string; require_mention: boolean | null }
  | { verb: 'groups_block'; account: string | null; group: string }
  | { verb: 'verdicts_list'; account: string | null; outcome: string | null; reason: string | null; before: number | null; limit: number }
  | { verb: 'logs_tail'; lines: number; level: string | null }
  | { verb: 'explain'; message_id: string }
  | { verb: 'explain_sender'; sender: string; group: string | null; account: string | null }
  | { verb: 'outbox_list'; account: string | null; state: string | null; chat: string | null; limit: number; text: boolean }
  | { verb: 'outbox_cancel' | 'outbox_retry'; account: string | null; message_ids: string[] }
  | { verb: 'tasks_list'; account: string | null; chat: string | null; all: boolean; limit: number }
  | { verb: 'tasks_show' | 'tasks_run' | 'tasks_last' | 'tasks_pause' | 'tasks_resume' | 'tasks_cancel'; id: string }
  | { verb: 'tasks_runs'; id: string; limit: number }
  | { verb: 'tasks_cancel_run'; run: number }
  | { verb: 'tasks_edit'; id: string; edit: { schedule?: string; name?: string; prompt?: string; max_runs?: number } }
  | { verb: 'tasks_new'; text: string; to: { account: string | null; target: string | null }; agent: string | null; max_runs: number | null; max_successes: number | null; timezone: string | null };

export type ControlResponse =
  | { kind: 'done'; message: string }
  | ({ kind: 'error' } & ControlError)
  | ({ kind: 'gateway' } & GatewayInfo)
  | { kind: 'agents'; agents: AgentInfo[] }
  | { kind: 'accounts'; accounts: AccountInfo[]; config: ConfigInfo | null }
  | { kind: 'config_values'; values: ConfigValue[] }
  | { kind: 'pending'; pending: PendingInfo[] }
  | { kind: 'approved'; approved: ApprovedInfo[] }
  | { kind: 'groups'; groups: GroupInfo[] }
  | ({ kind: 'status' } & StatusInfo)
  | ({ kind: 'health' } & Health)
  | { kind: 'explanation'; messages: Explanation[] }
  | ({ kind: 'hearing' } & HearingInfo)
  | { kind: 'directory_groups'; groups: { account: string; group: string; subject: string | null; members: number }[]; unlisted: number }
  | { kind: 'outbox'; messages: OutboxInfo[] }
  | { kind: 'changed'; changed: { message_id: string; new_message_id: string | null; error: ControlError | null }[] }
  | { kind: 'tasks'; tasks: TaskInfo[]; more: number }
  | ({ kind: 'task' } & TaskInfo)
  | { kind: 'task_runs'; runs: TaskRunInfo[] }
  | ({ kind: 'task_run' } & TaskRunInfo)
  | { kind: 'verdicts'; verdicts: VerdictInfo[]; more: boolean }
  | { kind: 'log'; lines: unknown[]; note: string | null }
  | ({ kind: 'login' } & LoginEvent);

export interface ControlError { code: string; message: string; next: string }

export interface AgentInfo {
  id: string; name: string; default: boolean; backend: 'echo' | 'command' | 'openai' | 'acp';
  program?: string; script?: string; work?: string; tools?: string[]; model?: string; base_url?: string;
  key?: { environment: string } | { file: string };
  reply_timeout_seconds: number; max_output_kb: number; stream: boolean;
  answers: { by: string; account: string | null; chat: string | null }[];
}

export interface GatewayInfo {
  pid: number; instance: string; version: string; started_ms: number; state_dir: string; config: string;
  rss_bytes?: number; woke_ms?: number; http?: { address: string | null; problem: string | null };
  alerts?: { target: string; failures: number; problem: string | null; failing_since_ms: number | null; last_told_ms: number | null };
  clock_ahead_ms?: number;
}

export interface Count { name: string; count: number }
export interface CageInfo {
  landlock_abi: number | null; files: boolean; execute: boolean; ports: boolean; node_permissions: boolean; missing: string[];
}
export interface AccountInfo {
  account: string; channel: string; enabled: boolean; state: string; reason?: string; sentence: string; next: string | null;
  since_ms: number; down_since_ms?: number; until_ms: number | null; phone: string | null; lid: string | null;
  last_ready_ms: number | null; respawns: number; sidecar_pid: number | null; sidecar_rss_bytes?: number;
  versions?: { sidecar: string; baileys: string; node: string }; cage?: CageInfo;
  last_inbound_ms?: number; last_outbound_ms?: number; received: number; inbound: Count[]; outbound: Count[];
  pending_pairings: number; questions: number; first_contacts_locked_until_ms: number | null;
}
export interface ConfigInfo { problem: { message: string; since_ms: number } | null; loaded_ms: number }
export interface Problem { account: string | null; code: string; sentence: string; next: string | null; warning: boolean }
export interface Health { ok: boolean; problems: Problem[] }
export interface Notice { at_ms: number; account: string; text: string }
export interface StatusInfo {
  gateway: GatewayInfo | null; config: ConfigInfo | null; accounts: AccountInfo[]; notices: Notice[]; health: Health; attention: Problem[];
}
export interface SourceInfo { level: string; path: string; file: string | null; line: number | null }
export interface ConfigValue { key: string; value: unknown; level: string; path: string; line: number | null }
export interface PendingInfo {
  account: string; code: string | null; sender: string; name: string | null; created_ms: number; expires_ms: number; last_seen_ms: number;
}
export interface ApprovedInfo { account: string; sender: string; lid: string | null; phone: string | null; approved_ms: number }
export interface GroupInfo {
  account: string; group: string; subject: string | null; messages: number; last_ms: number | null; listed: boolean; enabled: boolean;
  heard: 'nobody' | 'owner' | 'listed' | 'all';
  require_mention: boolean; activation: 'mention' | 'always' | null; mode: 'mention' | 'always'; agent: string; agents?: string[]; agent_chosen: boolean;
  pending_context: number; source: { level: string; path: string; line: number | null };
}
export interface VerdictInfo {
  seq: number; at_ms: number; account: string; message_id: string; chat: string; sender: string | null; content: string;
  outcome: string; reason: string; sentence: string;
}
export interface RouteInfo { agent: string; agents?: string[]; by: string; sentence: string; source: SourceInfo }
export interface TriedInfo { rule: string; setting?: string; source?: SourceInfo; found: string }
export interface JudgementInfo {
  verdict: string; reason: string; rule: string | null; source: SourceInfo | null; fix: string | null; tried: TriedInfo[]; route?: RouteInfo;
}
export interface HearingInfo extends JudgementInfo {
  account: string; sender: { phone: string | null; lid: string | null }; group: string | null; mentioned: JudgementInfo | null; note: string | null;
}
export interface RunInfo {
  id: number; kind: string; agent: string; state: string; attempts: number; answers: string[]; context: string[]; failure: string | null; error: string | null; stderr?: string;
  forks?: RunInfo[];
}
export interface SentInfo { message_id: string; chat: string; state: string; error_code: number | null; updated_ms: number }
export interface Explanation {
  account: string; message_id: string; direction: 'in' | 'out'; chat: string; sender: string | null; content: string;
  timestamp: number | null; recorded_ms: number; verdict: string | null; reason: string | null; rule: string | null; sentence: string | null;
  event: unknown; source: SourceInfo | null; fix: string | null; tried: TriedInfo[]; now: JudgementInfo | null; route?: RouteInfo;
  note: string | null; run: RunInfo | null; sent: SentInfo[];
}
export interface OutboxInfo {
  account: string; message_id: string; chat: string; purpose: string; run?: number; state: string; attempts: number;
  error_code: number | null; error: string | null; created_ms: number; not_before_ms: number | null; expires_ms: number; updated_ms: number; text?: string;
}
export interface TaskRunInfo {
  id: number; task: string; account: string; state: string; cause: string | null; due_ms: number | null; attempts: number;
  failure: string | null; error: string | null; stderr?: string; result: string | null; sending: boolean; created_ms: number; started_ms: number | null; ended_ms: number | null; when: string;
}
export interface TaskInfo {
  id: string; account: string; agent: string; session: string; chat: string; name: string | null; prompt: string; schedule: string; zone: string;
  state: 'active' | 'paused' | 'done'; why: string | null; held: string | null; next_ms: number | null; next: string | null;
  runs: number; successes: number; failures: number; max_runs: number | null; max_successes: number | null;
  created_by: string | null; created_ms: number; updated_ms: number; newest_run: TaskRunInfo | null;
}

export type LoginEvent =
  | { event: 'qr'; payload: string; expires_ms: number }
  | { event: 'code'; code: string; expires_ms: number }
  | { event: 'scanned' | 'restarting' | 'expired' }
  | { event: 'linked'; account: string; phone: string; lid: string | null }
  | ({ event: 'error' } & ControlError);

export type Watched =
  | { type: 'inbound'; message_id: string; chat: string; sender: string; text: string | null }
  | { type: 'verdict'; message_id: string; verdict: string; reason: string; sentence: string }
  | { type: 'pairing'; sender: string; code: string | null }
  | { type: 'outbound'; message_id: string; chat: string; state: string; text: string | null }
  | { type: 'account'; state: string; sentence: string }
  | { type: 'missed'; events: number };
export interface WatchEvent { at_ms: number; account: string; what: Watched }

// A view is a module in views/ that exports one object:
//
//   export const groups = {
//     title: 'Groups',                          // the page's only <h1>; the view begins with <h2>
//     concerns: types => types.has('inbound'),  // after which events `load` is asked again
//     load: ctx => control({ verb: 'groups_list', account: ctx.account }, 'groups'),
//     render: ctx => html`…${ctx.data?.groups.map(…)}…`,
//   };
//
// `ctx.act('allow:1', () => control({ verb: …, … }, 'done'))` is for buttons: it says the answer's message, shows a
// failure with its next command, and loads again.

/** What a view is given. `Data` is what its `load` answers with, `State` what it keeps for itself while it is on screen. */
export interface Context<Data = any, State = any> {
  readonly agent: string;
  /** Empty outside of an account. */
  readonly account: string;
  /** What follows the section in the address, decoded. */
  readonly path: string[];
  /** The account as the overview knows it; undefined until that came, and where there is no such account. */
  readonly info: AccountInfo | undefined;
  readonly status: StatusInfo | undefined;
  /** What happened of late to this account (to all outside of one), newest first, bounded. */
  readonly events: WatchEvent[];
  /** It could not be loaded, which is said above it. */
  readonly failed: boolean;
  /** Undefined until it was loaded. */
  data: Data | undefined;
  /** The view's own; an empty object at first. */
  state: State;
  /** The gateway's time, Unix milliseconds. */
  now(): number;
  /** Shows what has changed. */
  update(): void;
  /** Loads again, at most once a second however often it is called. */
  reload(): void;
  /**
   * Does something for a button: one at a time under each key, then says what the answer's `message` says, or shows why
   * it failed with the next command; what is shown is asked again after it. True if it was done.
   */
  act(key: string, work: () => Promise<unknown>): Promise<boolean>;
  busy(key: string): boolean;
  /** Asks whether it is really meant. */
  confirm(question: Question): Promise<boolean>;
  /** The address of a section of this account. */
  link(section: string, ...path: string[]): string;
  go(address: string): void;
  /** Says it to those who do not see the page, and shows it for a while. */
  say(text: string): void;
}

export interface Question { title: string; text: string; action: string; danger?: boolean }

/** A view, or a section of an account. */
export interface View<Data = any, State = any> {
  /** Its heading. */
  title: string | ((context: Context<Data, State>) => string);
  /** Asks for what it shows; called again when something happened. What it throws is shown. */
  load?(context: Context<Data, State>): Promise<Data>;
  /** What it shows below its heading, which it does not write itself: `<h2>` is its highest. Called before `data` is there, too. */
  render(context: Context<Data, State>): TemplateResult | TemplateResult[];
  /** Whether events of these types call for `load`; if it is absent, all do. */
  concerns?(types: Set<Watched['type']>, context: Context<Data, State>): boolean;
  /** Sees each batch of events, oldest first, at most four a second, and how many more there were. */
  happened?(events: WatchEvent[], context: Context<Data, State>, skipped: number): void;
  /** The address changed below it. */
  moved?(context: Context<Data, State>): void;
  /** It is taken from the screen. */
  leave?(context: Context<Data, State>): void;
}

/** What is on screen. */
export interface Shown {
  key: string;
  view: View;
  context: Context;
  place: Place;
  /** Why it could not be loaded. */
  loadError?: ApiError;
  /** Why the last action failed. */
  actError?: ApiError;
  acting: Set<string>;
  loading: boolean;
  /** It is to be loaded once more when that has ended. */
  again: boolean;
  /** When it was asked last. */
  loaded: number;
  timer?: ReturnType<typeof setTimeout>;
}

/** A login that is under way or was. */
export interface Login {
  phase: 'asking' | 'qr' | 'code' | 'scanned' | 'restarting' | 'linked' | 'failed';
  /** Ends it, also in the gateway. */
  abort: AbortController;
  method: LoginMethod;
  picture?: Element;
  code?: string;
  /** The QR or code is good until then, in this browser's time. */
  until?: number;
  /** How long it was good from the beginning, milliseconds. */
  lasts?: number;
  /** The number. */
  linked?: string;
  error?: ApiError;
}
export interface LoginState { login?: Login; phone?: string; byCode?: boolean; tried?: boolean }

/** What is chosen in a first setup. */
export interface Draft {
  mode: Mode;
  policy: DmPolicy;
  /** As it is typed. */
  list: string;
  /** Who was on the list when it was shown, without `*`. */
  listed: string[];
  /** Who may command, as it is typed. */
  owners: string;
  /** Who might when it was shown. */
  owned: string[];
}
export interface SetupData { pending: PendingInfo[] }
export interface SetupState extends LoginState { draft?: Draft; done?: string[]; since?: number }
