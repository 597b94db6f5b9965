import type { EChartsCoreOption } from 'echarts/core';
import { durationText } from '../../composables/quantity.ts';
import { clockText, dateText, zoneOffset } from '../../composables/time-zone.ts';
import type { ChartDefinition, ChartSeries } from './definition.ts';

export type ChartLook = Readonly<{
  /** Value of a colour token. */
  colour: (token: string) => string;
  font: string;
  number: (value: number, decimals: number) => string;
  /** Patterns beside colours: forced colours, or people who asked for them. */
  patterns: boolean;
}>;

const minute = 60_000;
const day = 86_400_000;

/** As many decimals as an axis needs, three at most. */
const decimalsOf = (value: number): number => (String(Number(value.toFixed(3))).split('.')[1] ?? '').length;

/**
 * The definition as ECharts wants it. Its time axis knows the browser's zone and UTC only: all times are shifted by the zone's
 * offset at the start, so that ticks fall on round hours there, and labels are made from the true time.
 */
export function chartOption(chart: ChartDefinition, look: ChartLook): EChartsCoreOption {
  const shift = chart.isElapsed ? 0 : zoneOffset(chart.from, chart.zone);
  const label = { color: look.colour('chart-axis'), fontFamily: look.font, fontSize: 11 };
  const span = chart.to - chart.from;
  return {
    useUTC: true,
    animation: false,
    // The component describes the chart and reads its points; ECharts adds the patterns only.
    aria: { enabled: look.patterns, label: { enabled: false }, decal: { show: look.patterns } },
    grid: { left: 44, right: chart.axes.length > 1 ? 44 : 12, top: 26, bottom: 24 },
    tooltip: tooltip(chart, look, shift),
    xAxis: {
      type: 'time',
      min: chart.from + shift,
      max: chart.to + shift,
      axisLine: { lineStyle: { color: look.colour('line-strong') } },
      axisTick: { lineStyle: { color: look.colour('line-strong') } },
      splitLine: { show: false },
      splitNumber: 6,
      axisLabel: {
        ...label,
        hideOverlap: true,
        formatter: (at: number) => (chart.isElapsed ? spanText(at) : tickText(at - shift, chart.zone, span)),
      },
    },
    yAxis: chart.axes.map((axis, index) => ({
      type: 'value',
      name: axis.unit,
      nameGap: 10,
      nameTextStyle: { ...label, align: index === 0 ? 'right' : 'left', padding: index === 0 ? [0, 8, 0, 0] : [0, 0, 0, 8] },
      min: 0,
      max: (extent: { max: number }) => (extent.max < axis.least ? axis.least : null),
      position: index === 0 ? 'left' : 'right',
      alignTicks: true,
      splitNumber: 4,
      axisLine: { show: false },
      axisTick: { show: false },
      splitLine: { show: index === 0, lineStyle: { color: look.colour('chart-grid') } },
      axisLabel: { ...label, formatter: (value: number) => look.number(value, decimalsOf(value)) },
    })),
    series: chart.series.map((series, index) => ({
      ...seriesOption(series, look, shift),
      ...(index === 0 ? { markLine: marks(chart, look, shift) } : {}),
    })),
  };
}

const spanText = (ms: number): string => durationText(ms).replace(/:00$/, '');

function tickText(at: number, zone: string, span: number): string {
  const clock = clockText(at, zone, span < 10 * minute);
  return span > 1.5 * day && clock === '00:00' ? dateText(at, zone).slice(5) : clock;
}

function seriesOption(series: ChartSeries, look: ChartLook, shift: number): Record<string, unknown> {
  const colour = look.colour(series.colour);
  return {
    name: series.name,
    type: series.shape === 'bar' ? 'bar' : 'line',
    ...(series.shape === 'step' ? { step: 'end' } : {}),
    yAxisIndex: series.axis,
    data: series.points.map(([at, value]) => [at + shift, value]),
    connectNulls: false,
    showSymbol: series.points.length === 1,
    symbol: 'circle',
    symbolSize: 5,
    sampling: series.points.length > 3000 ? 'lttb' : undefined,
    lineStyle: { color: colour, width: 1.5 },
    itemStyle: { color: colour },
    ...(series.fill ? { areaStyle: { color: colour, opacity: 0.12 } } : {}),
    emphasis: { disabled: true },
  };
}

function marks(chart: ChartDefinition, look: ChartLook, shift: number): Record<string, unknown> {
  return {
    silent: true,
    symbol: 'none',
    lineStyle: { color: look.colour('text-2'), type: 'dashed', width: 1 },
    label: { color: look.colour('text-2'), fontFamily: look.font, fontSize: 11, position: 'insideEndTop', rotate: 0 },
    data: chart.marks.map((mark) => ({ xAxis: mark.at + shift, label: { formatter: mark.name, ...beside(chart, mark.at) } })),
  };
}

/** At an edge the name of a mark stands beside its line, not across the axis. */
function beside({ from, to }: ChartDefinition, at: number): Record<string, unknown> {
  const share = (at - from) / (to - from);
  if (share < 0.08) return { align: 'left', padding: [0, 0, 0, 4] };
  return share > 0.92 ? { align: 'right', padding: [0, 4, 0, 0] } : {};
}

type TooltipPoint = Readonly<{ seriesIndex: number; value: readonly [number, number | null] }>;

function tooltip(chart: ChartDefinition, look: ChartLook, shift: number): Record<string, unknown> {
  return {
    trigger: 'axis',
    confine: true,
    transitionDuration: 0,
    className: 'chart-tooltip',
    backgroundColor: look.colour('raised'),
    borderColor: look.colour('line'),
    borderWidth: 1,
    padding: [6, 10],
    extraCssText: `border-radius:4px;box-shadow:none`,
    axisPointer: { type: 'line', lineStyle: { color: look.colour('text-3'), type: 'solid', width: 1 } },
    // An element, not markup: the content security policy refuses style attributes, and names come from stations.
    formatter: (points: readonly TooltipPoint[]) => tooltipElement(chart, look, shift, points),
  };
}

function tooltipElement(chart: ChartDefinition, look: ChartLook, shift: number, points: readonly TooltipPoint[]): HTMLElement {
  const element = document.createElement('div');
  const at = points[0]?.value[0];
  if (at === undefined) return element;
  const line = (text: string, className: string) => {
    const child = document.createElement('div');
    child.className = className;
    child.textContent = text;
    element.append(child);
  };
  const when = chart.isElapsed ? spanText(at) : `${dateText(at - shift, chart.zone)} ${clockText(at - shift, chart.zone, true)}`;
  line(when, 'chart-tooltip-time');
  for (const { seriesIndex, value } of points) {
    const series = chart.series[seriesIndex];
    if (series && value[1] !== null)
      line(`${series.name}  ${look.number(value[1], series.decimals)}\u00A0${series.unit}`, 'chart-tooltip-value');
  }
  return element;
}
