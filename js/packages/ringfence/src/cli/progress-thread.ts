/** The thread that draws progress, for as long as the process lives. */

import { workerData } from "node:worker_threads";

import { CLEAR, draw, exclusively, type Shared, Slot } from "./progress.js";

/** How long a message waits before it appears, in milliseconds. */
const DELAY = 400;

const { slots, text } = workerData as Shared;

for (;;) {
  const turn = Atomics.load(slots, Slot.turn);
  if (Atomics.wait(slots, Slot.turn, turn, DELAY) !== "timed-out") continue;
  exclusively(slots, () => {
    const length = slots[Slot.length] ?? 0;
    if (Atomics.load(slots, Slot.turn) !== turn || length === 0) return;
    // A decoder takes no shared memory.
    draw(`${CLEAR}${new TextDecoder().decode(text.slice(0, length))} …`);
    slots[Slot.visible] = 1;
  });
  Atomics.wait(slots, Slot.turn, turn);
}
