import type { Failure } from './errors.ts';
import type { Statement } from './storage.ts';

/**
 * Units on their way to the writer, flat, so that crossing to its thread costs little. SQL texts travel once and are numbered from then
 * on in the order in which they first appeared.
 */
export type Batch = Readonly<{
  /** Forget all numbered texts before reading `texts`. */
  forget: boolean;
  /** Texts that are new, numbered on from the last one. */
  texts: readonly string[];
  /** For each unit: how many statements; for each of these: number of its text, number of its values. */
  shape: readonly number[];
  values: readonly unknown[];
}>;

/** What became of a batch. */
export type Outcome = Readonly<{
  /** Changed rows and last row id of each statement, in order; of a failed unit all zero. */
  written: Float64Array;
  /** The units that took no effect, by their place in the batch, in this order. */
  failed: readonly Readonly<{ unit: number; failure: Failure }>[];
}>;

const mostTexts = 1000;

/** Packs units into batches, remembering which texts the writer knows. */
export class Packer {
  #numbers = new Map<string, number>();
  #isLost = false;

  /** The last batch did not reach the writer, and with it the texts that were new. */
  lost(): void {
    this.#isLost = true;
  }

  pack(units: readonly (readonly Statement[])[]): Batch {
    // Statements are few and fixed; only generated ones (lists of values) could pile up, and then all are sent anew.
    const forget = this.#isLost || this.#numbers.size > mostTexts;
    if (forget) this.#numbers.clear();
    this.#isLost = false;

    const texts: string[] = [];
    const shape: number[] = [];
    const values: unknown[] = [];
    for (const unit of units) {
      shape.push(unit.length);
      for (const { sql, parameters } of unit) {
        let number = this.#numbers.get(sql);
        if (number === undefined) {
          number = this.#numbers.size;
          this.#numbers.set(sql, number);
          texts.push(sql);
        }
        shape.push(number, parameters.length);
        for (let i = 0; i < parameters.length; i++) values.push(parameters[i]);
      }
    }
    return { forget, texts, shape, values };
  }
}
