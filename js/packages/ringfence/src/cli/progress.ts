/**
 * One line on the terminal that says what takes so long. It appears only after a while, so that short runs don't
 * flicker. The command keeps Node's only thread busy, so another thread draws.
 */

import { isatty } from "node:tty";
import { Worker } from "node:worker_threads";

import { writeAll } from "./streams.js";

/** What takes a line away. */
export const CLEAR = "\r\u{1b}[K";

/** What both threads share: numbers, and a message in UTF-8 behind them. */
export interface Shared {
  /** See {@link Slot}. */
  readonly slots: Int32Array;
  /** The message. */
  readonly text: Uint8Array;
}

/** Where a number is. */
export const Slot = {
  /** 1 while a thread writes or draws. */
  lock: 0,
  /** How many messages there were. */
  turn: 1,
  /** The length of the message in bytes; 0 for none. */
  length: 2,
  /** 1 while a message is to be seen. */
  visible: 3,
} as const;

const SLOTS = 4;
const TEXT_BYTES = 512;

/** Keeps the other thread out while something is done. */
export function exclusively(slots: Int32Array, act: () => void): void {
  while (Atomics.compareExchange(slots, Slot.lock, 0, 1) !== 0) Atomics.wait(slots, Slot.lock, 1);
  try {
    act();
  } finally {
    Atomics.store(slots, Slot.lock, 0);
    Atomics.notify(slots, Slot.lock);
  }
}

/** The line. */
export class Progress {
  #shared: Shared | undefined;

  /** Shows a message in a while, or takes it away at once. */
  show(message: string | undefined): void {
    if (!this.#shared && (message === undefined || !canRedraw())) return;
    this.#shared ??= start();
    const { slots, text } = this.#shared;
    exclusively(slots, () => {
      if (message === undefined && slots[Slot.visible] === 1) {
        draw(CLEAR);
        slots[Slot.visible] = 0;
      }
      slots[Slot.length] = new TextEncoder().encodeInto(message ?? "", text).written;
      Atomics.add(slots, Slot.turn, 1);
    });
    Atomics.notify(slots, Slot.turn);
  }
}

function start(): Shared {
  const slots = new Int32Array(new SharedArrayBuffer(SLOTS * Int32Array.BYTES_PER_ELEMENT));
  const text = new Uint8Array(new SharedArrayBuffer(TEXT_BYTES));
  const shared: Shared = { slots, text };
  new Worker(new URL("./progress-thread.js", import.meta.url), { workerData: shared }).unref();
  return shared;
}

function canRedraw(): boolean {
  return isatty(2) && process.env["TERM"] !== "dumb";
}

/** Writes to the terminal; one that went away needs no progress. */
export function draw(text: string): void {
  try {
    writeAll(2, Buffer.from(text));
  } catch {
    return;
  }
}
