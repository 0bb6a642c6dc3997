import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

export interface RateChartProps {
  /** In seconds, rising. */
  times: readonly number[];
  /** Where nothing is known there is a gap. */
  values: readonly (number | null)[];
}

const size = { width: 110, height: 26 };
const shownSeconds = 15 * 60;

/** The shape of a rate over the last minutes. Its value stands near it as text, so the picture says nothing alone. */
export const RateChart = ({ times, values }: RateChartProps): JSX.Element => {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<UPlot>(undefined);
  useEffect(() => {
    if (place.current === null) return;
    const made = new UPlot(optionsOf(place.current), [[], []], place.current);
    chart.current = made;
    return () => made.destroy();
  }, []);
  useEffect(() => chart.current?.setData([[...times], [...values]]), [times, values]);
  return <div class="rate-chart" aria-hidden="true" ref={place} />;
};

const optionsOf = (place: HTMLElement): UPlot.Options => {
  const colour = (alpha: number) => () =>
    getComputedStyle(place).color.replace(/^rgb\((.*)\)$/, `rgba($1, ${alpha})`);
  return {
    ...size,
    pxAlign: false,
    cursor: { show: false },
    legend: { show: false },
    axes: [{ show: false }, { show: false }],
    // a flat line at 0 lies at the bottom
    scales: {
      // always the same time, so that pictures beside each other can be compared
      x: { range: (_chart, _min, max) => [max - shownSeconds, max] },
      y: { range: (_chart, _min, max) => [0, Math.max(1, max * 1.15)] },
    },
    series: [{}, { stroke: colour(1), fill: colour(0.14), width: 1, points: { show: false } }],
  };
};
