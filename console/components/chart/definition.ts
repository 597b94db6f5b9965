/** A curve or bars over time. A point without a value is a gap, and stays one. */
export type ChartSeries = Readonly<{
  key: string;
  name: string;
  unit: string;
  decimals: number;
  shape: 'line' | 'step' | 'bar';
  /** Name of a colour token of the theme, without its dashes. */
  colour: string;
  fill?: boolean;
  /** Which of the chart's axes it is measured on. */
  axis: number;
  points: readonly (readonly [at: number, value: number | null])[];
}>;

/** What a chart shows; the component decides how. Times are ms UTC and shown in `zone`. */
export type ChartDefinition = Readonly<{
  /** What it shows, in a sentence: the text for screen readers and the caption of its table. */
  title: string;
  zone: string;
  /** Times count from 0, the start of something, and are shown as spans in place of dates. */
  isElapsed?: boolean;
  from: number;
  to: number;
  /** `least`: how far an axis reaches at any rate, so that next to nothing does not look like much. */
  axes: readonly Readonly<{ name: string; unit: string; least: number }>[];
  series: readonly ChartSeries[];
  /** Instants worth a line, with their names. */
  marks: readonly Readonly<{ at: number; name: string }>[];
}>;

export type Point = ChartSeries['points'][number];

/** Puts a gap wherever two points lie further apart than the longest silence that is normal. */
export function withGaps(points: readonly Point[], longestMs: number): readonly Point[] {
  return points.flatMap((point, index) => {
    const before = points[index - 1];
    const isGap = before !== undefined && before[1] !== null && point[0] - before[0] > longestMs;
    return isGap ? [[before[0] + 1, null] as const, point] : [point];
  });
}

/** Silence longer than this is a gap: three times the usual distance of the points, at least a minute. */
export function longestSilence(points: readonly Point[]): number {
  const distances = points.slice(1).map((point, index) => point[0] - (points[index]?.[0] ?? point[0]));
  const usual = distances.toSorted((a, b) => a - b)[Math.floor(distances.length / 2)] ?? 0;
  return Math.max(60_000, usual * 3);
}
