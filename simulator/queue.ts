import { NearEvents, widened } from "./near-events.ts";

/** Priorities are whole numbers below this. */
export const priorityLimit = 32;
/** Events that one queue may be given in its life: sequence and priority share one double. */
const sequenceLimit = 2 ** 48;
/** Days of the calendar, at least; always a power of two. */
const daysMin = 64;
const nobody = -1;

/**
 * The future event list: events in the total order (time, priority, sequence). Small priorities come first among events
 * of one time, then what was added first.
 *
 * It is a calendar over typed arrays: a day is a stretch of time, and its events lie in a list without order. When a day
 * comes its events go into a heap, and what is added for that day later goes there too. Days are made so long that few
 * events share one, so that taking and adding cost the same however many are pending; when many share one time, the
 * heap bounds the cost. No event is an object, and nothing is left for the garbage collector.
 */
export class EventQueue {
  #size = 0;
  #sequence = 0;
  /** By slot. */
  #times: Float64Array;
  /** priority x 2^48 + sequence. */
  #ranks: Float64Array;
  #kinds: Int32Array;
  #subjects: Int32Array;
  #details: Float64Array;
  /** The next slot in the list of a day, or of the free ones. */
  #next: Int32Array;
  #firstFree = 0;

  readonly #near = new NearEvents();
  /** First slot of each day; the day of a time is its number modulo the length. */
  #days = new Int32Array(daysMin).fill(nobody);
  #daysPerMs = 1;
  /** Number of the day whose events are near; those of all days before too. */
  #today = 0;
  /** Days passed and events found near since the calendar was last made: both should stay as few as events are taken. */
  #passed = 0;
  #crowded = 0;
  #takenCount = 0;

  /** The event taken last; read before the next `take`. */
  readonly taken = { atMs: 0, kind: 0, subject: 0, detail: 0 };

  constructor(capacity = 64) {
    const room = Math.max(4, capacity);
    this.#times = new Float64Array(room);
    this.#ranks = new Float64Array(room);
    this.#kinds = new Int32Array(room);
    this.#subjects = new Int32Array(room);
    this.#details = new Float64Array(room);
    this.#next = Int32Array.from({ length: room }, (_, slot) => slot + 1);
  }

  get size(): number {
    return this.#size;
  }

  /** Time of the next event; infinite when there is none. */
  get nextMs(): number {
    if (this.#size === 0) return Infinity;
    if (this.#near.size === 0) this.#advance();
    return this.#near.firstMs;
  }

  /** Adds an event. Its kind, subject and detail are its owner's business. */
  add(atMs: number, priority: number, kind: number, subject: number, detail = 0): void {
    if (!(atMs >= 0 && atMs < Infinity) || !(priority >= 0 && priority < priorityLimit) || this.#sequence >= sequenceLimit) {
      throw new RangeError(`an event at ${atMs} ms with priority ${priority}: times are finite from 0, priorities whole numbers from 0 to ${priorityLimit - 1}`);
    }
    if (this.#size === this.#times.length) this.#grow();
    const slot = this.#firstFree;
    this.#firstFree = this.#next[slot] as number;
    this.#kinds[slot] = kind;
    this.#subjects[slot] = subject;
    this.#details[slot] = detail;
    this.#times[slot] = atMs;
    this.#ranks[slot] = priority * sequenceLimit + this.#sequence++;
    this.#size++;
    this.#file(slot);
    if (this.#size > 2 * this.#days.length) this.#remake();
  }

  /** Takes the next event into `taken`; false when there is none. */
  take(): boolean {
    if (this.#size === 0) return false;
    if (this.#near.size === 0) this.#advance();
    const slot = this.#near.take();
    const { taken } = this;
    taken.atMs = this.#times[slot] as number;
    taken.kind = this.#kinds[slot] as number;
    taken.subject = this.#subjects[slot] as number;
    taken.detail = this.#details[slot] as number;
    this.#next[slot] = this.#firstFree;
    this.#firstFree = slot;
    this.#size--;
    this.#takenCount++;
    return true;
  }

  /** Near, or into the list of its day. */
  #file(slot: number): void {
    const time = this.#times[slot] as number;
    const day = Math.floor(time * this.#daysPerMs);
    if (day <= this.#today) {
      this.#near.add(time, this.#ranks[slot] as number, slot);
      return;
    }
    const place = day & (this.#days.length - 1);
    this.#next[slot] = this.#days[place] as number;
    this.#days[place] = slot;
  }

  /** To the next day that has events, of which there must be one; they are near then. */
  #advance(): void {
    if (this.#takenCount > 4 * this.#days.length) this.#review();
    for (let passed = 0; this.#near.size === 0; passed++) {
      // A whole year without an event: the next one is looked for instead of waited for.
      if (passed > this.#days.length) this.#today = this.#firstDay() - 1;
      this.#today++;
      this.#passed++;
      this.#open(this.#today);
    }
    this.#crowded += this.#near.size - 1;
  }

  /** Moves the events of a day from its list to the near ones; those of the same day in other years stay. */
  #open(day: number): void {
    const place = day & (this.#days.length - 1);
    let slot = this.#days[place] as number;
    if (slot === nobody) return;
    let kept = nobody;
    while (slot !== nobody) {
      const following = this.#next[slot] as number;
      const time = this.#times[slot] as number;
      if (Math.floor(time * this.#daysPerMs) <= day) this.#near.add(time, this.#ranks[slot] as number, slot);
      else {
        this.#next[slot] = kept;
        kept = slot;
      }
      slot = following;
    }
    this.#days[place] = kept;
  }

  #firstDay(): number {
    let first = Infinity;
    for (const slot of this.#filed()) first = Math.min(first, this.#times[slot] as number);
    return Math.floor(first * this.#daysPerMs);
  }

  /** Slots of all events that are not near. */
  #filed(): readonly number[] {
    const slots: number[] = [];
    for (const head of this.#days) for (let slot = head; slot !== nobody; slot = this.#next[slot] as number) slots.push(slot);
    return slots;
  }

  /** Makes the calendar again when its days are too short or too long, or far too many. */
  #review(): void {
    const isOff = this.#passed > 3 * this.#takenCount || this.#crowded > 4 * this.#takenCount;
    if (isOff || (this.#days.length > daysMin && this.#size < this.#days.length / 8)) this.#remake();
    this.#passed = 0;
    this.#crowded = 0;
    this.#takenCount = 0;
  }

  /** As many days as events, each as long as two events of the nearer half take. */
  #remake(): void {
    const slots = [...this.#filed()];
    while (this.#near.size > 0) slots.push(this.#near.take());
    const times = Float64Array.from(slots, (slot) => this.#times[slot] as number).sort();
    const first = times[0] ?? 0;
    const half = times.length >> 1;
    const span = (times[half] ?? first) - first;
    let days = daysMin;
    while (days < times.length) days *= 2;
    this.#days = new Int32Array(days).fill(nobody);
    // Never so short that the number of a day would not be a whole number any more.
    this.#daysPerMs = span > 0 ? Math.min(half / (2 * span), 2 ** 50 / Math.max(1, times.at(-1) ?? 1)) : this.#daysPerMs;
    this.#today = Math.floor(first * this.#daysPerMs);
    for (const slot of slots) this.#file(slot);
  }

  #grow(): void {
    const [before, room] = [this.#times.length, this.#times.length * 2];
    this.#times = widened(this.#times, new Float64Array(room));
    this.#ranks = widened(this.#ranks, new Float64Array(room));
    this.#kinds = widened(this.#kinds, new Int32Array(room));
    this.#subjects = widened(this.#subjects, new Int32Array(room));
    this.#details = widened(this.#details, new Float64Array(room));
    this.#next = widened(this.#next, new Int32Array(room));
    for (let slot = before; slot < room; slot++) this.#next[slot] = slot + 1;
    this.#firstFree = before;
  }
}
