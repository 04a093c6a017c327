/** What ECharts is told for each kind of picture; pure functions of data, colours and width. */

/**
 * @typedef {object} Theme
 * @property {string} ink
 * @property {string} soft
 * @property {string} line
 * @property {string} surface
 * @property {string} from the palest of a scale
 * @property {string} to the strongest
 * @property {string[]} series
 * @property {string} font
 * @property {number} size of letters, in pixels
 *
 * @typedef {object} Series
 * @property {string} name
 * @property {boolean} [money] whether values are fen, to be shown in yuan
 * @property {(number | null)[]} values
 *
 * @typedef {object} Stream
 * @property {string} giver
 * @property {string} receiver
 * @property {string} label
 * @property {string} word
 * @property {number} value in fen
 *
 * @typedef {object} Drawn
 * @property {"trend" | "share" | "flow" | "bars" | "hours" | "spread"} kind
 * @property {string[]} labels
 * @property {Series[]} series
 * @property {Stream[]} streams
 * @property {string[]} days
 * @property {number[][]} values
 * @property {number[][]} hundredths
 * @property {number[]} permille
 * @property {string} name
 */

/** Below this width, in pixels, there is no room beside a picture. */
const NARROW = 600;
const LABELS = ["measured", "attested", "estimated"];

/** @param {number} fen */
const yuan = (fen) => (fen / 100).toLocaleString("en", { maximumFractionDigits: 2 });
/** @param {number} count */
const whole = (count) => count.toLocaleString("en");
/** @param {Series} series */
const writes = (series) => (series.money ? yuan : whole);

/**
 * Return how high a picture is, in pixels.
 * @param {Drawn} drawn
 * @param {number} size of letters, in pixels
 */
export function heightOf(drawn, size) {
  const heights = {
    trend: 28 * size,
    share: 16 * size,
    flow: (4 + 4 * (drawn.streams || []).length) * size,
    bars: (4 + 0.85 * (drawn.labels || []).length * ((drawn.series || []).length + 0.8)) * size,
    hours: 18 * size,
    spread: (6 + 4 * (drawn.labels || []).length) * size,
  };
  return Math.round(heights[drawn.kind]);
}

/**
 * Return what ECharts is told.
 * @param {Drawn} drawn
 * @param {Theme} theme
 * @param {number} width of the place, in pixels
 */
export function optionOf(drawn, theme, width) {
  const parts = { trend, share, flow, bars, hours, spread }[drawn.kind](drawn, theme, width);
  return { ...ground(theme), ...parts };
}

/** @param {Theme} theme */
function ground(theme) {
  const text = { fontFamily: theme.font, fontSize: theme.size, color: theme.ink };
  return {
    animation: false,
    backgroundColor: theme.surface,
    color: theme.series,
    textStyle: text,
    tooltip: {
      renderMode: "richText",
      backgroundColor: theme.surface,
      borderColor: theme.line,
      textStyle: text,
      confine: true,
    },
    legend: { top: 0, textStyle: text, itemGap: theme.size },
    aria: { enabled: false, decal: { show: true } },
  };
}

/**
 * @param {Theme} theme
 * @param {object} more
 */
function axis(theme, more) {
  return {
    axisLabel: { color: theme.soft, fontSize: theme.size, hideOverlap: true },
    axisLine: { lineStyle: { color: theme.line } },
    splitLine: { lineStyle: { color: theme.line } },
    axisTick: { show: false },
    ...more,
  };
}

/**
 * Money in one grid, how often in another below it: two scales in one would invite comparison.
 * @param {Drawn} drawn
 * @param {Theme} theme
 * @param {number} width
 */
function trend(drawn, theme, width) {
  const top = theme.size * (width < NARROW ? 6 : 3);
  const grids = [
    { left: 8, right: 24, top, height: theme.size * 11, containLabel: true },
    { left: 8, right: 24, bottom: 8, height: theme.size * 8, containLabel: true },
  ];
  /** @param {Series} series */
  const place = (series) => (series.money ? 0 : 1);
  return {
    tooltip: { ...ground(theme).tooltip, trigger: "axis" },
    axisPointer: { link: [{ xAxisIndex: "all" }] },
    grid: grids,
    xAxis: grids.map((_, gridIndex) =>
      axis(theme, { type: "category", data: drawn.labels, gridIndex }),
    ),
    yAxis: [yuan, whole].map((formatter, gridIndex) => {
      const own = axis(theme, { type: "value", gridIndex, splitNumber: 3 });
      return { ...own, axisLabel: { ...own.axisLabel, formatter } };
    }),
    series: drawn.series.map((series, at) => ({
      name: series.name,
      type: series.money ? "line" : "bar",
      symbol: ["circle", "diamond"][at % 2],
      symbolSize: 10,
      lineStyle: { width: 3, type: at ? "dashed" : "solid" },
      data: series.values,
      xAxisIndex: place(series),
      yAxisIndex: place(series),
      tooltip: { valueFormatter: valueIn(series) },
    })),
  };
}

/**
 * A part of a whole month by month, from nothing to all.
 * @param {Drawn} drawn
 * @param {Theme} theme
 */
function share(drawn, theme) {
  const up = axis(theme, { type: "value", min: 0, max: 1000, interval: 250 });
  /** @param {number} permille */
  const percent = (permille) => `${permille / 10}%`;
  return {
    legend: { show: false },
    tooltip: { ...ground(theme).tooltip, trigger: "axis" },
    grid: { left: 8, right: 24, top: theme.size, bottom: 8, containLabel: true },
    xAxis: axis(theme, { type: "category", data: drawn.labels }),
    yAxis: { ...up, axisLabel: { ...up.axisLabel, formatter: percent } },
    series: [
      {
        name: drawn.name,
        type: "line",
        showSymbol: drawn.permille.length <= 24,
        symbolSize: 10,
        lineStyle: { width: 3 },
        areaStyle: { opacity: 0.2 },
        data: drawn.permille,
        tooltip: { valueFormatter: percent },
      },
    ],
  };
}

/** @param {Series} series */
function valueIn(series) {
  /** @param {number | null | undefined} value */
  return (value) => (typeof value === "number" ? writes(series)(value) : "–");
}

/**
 * Givers at one side and receivers at the other, so that nothing flows in a circle.
 * @param {Drawn} drawn
 * @param {Theme} theme
 * @param {number} width
 */
function flow(drawn, theme, width) {
  const givers = drawn.streams.map((one) => one.giver);
  const receivers = drawn.streams.map((one) => one.receiver);
  /** @param {Stream} one */
  const look = (one) => ({
    color: theme.series[LABELS.indexOf(one.label)],
    opacity: one.label === "estimated" ? 0.35 : 0.6,
  });
  /** @param {string[]} names @param {string} side @param {string} position */
  const nodes = (names, side, position) =>
    [...new Set(names)].map((name) => ({
      name: `${side}${name}`,
      label: { position, formatter: name },
      itemStyle: { color: theme.soft },
    }));
  return {
    tooltip: { ...ground(theme).tooltip, formatter: streamInWords },
    legend: { show: false },
    series: [
      {
        type: "sankey",
        left: width < NARROW ? "16%" : "12%",
        right: width < NARROW ? "16%" : "12%",
        top: theme.size,
        bottom: theme.size,
        nodeGap: theme.size * 2.4,
        draggable: false,
        emphasis: { disabled: true },
        label: { color: theme.ink, fontSize: theme.size, fontFamily: theme.font },
        edgeLabel: {
          show: true,
          color: theme.ink,
          fontSize: theme.size,
          /** @param {{ data: Stream }} edge */
          formatter: (edge) => `${edge.data.word} ${yuan(edge.data.value)}`,
        },
        data: [...nodes(givers, ">", "left"), ...nodes(receivers, "<", "right")],
        links: drawn.streams.map((one) => ({
          ...one,
          source: `>${one.giver}`,
          target: `<${one.receiver}`,
          lineStyle: look(one),
        })),
      },
    ],
  };
}

/** @param {{ dataType: string, data: Stream }} at */
function streamInWords(at) {
  const one = at.data;
  if (at.dataType !== "edge") return "";
  return `${one.giver} → ${one.receiver}\n${one.word} ${yuan(one.value)}`;
}

/**
 * @param {Drawn} drawn
 * @param {Theme} theme
 * @param {number} width
 */
function bars(drawn, theme, width) {
  const [first] = drawn.series;
  const several = drawn.series.length > 1;
  const across = axis(theme, { type: "value", splitNumber: width < NARROW ? 2 : 4 });
  return {
    legend: { ...ground(theme).legend, show: several },
    tooltip: { ...ground(theme).tooltip, trigger: "axis", axisPointer: { type: "shadow" } },
    grid: {
      left: 8,
      right: 48,
      top: several ? theme.size * 2.5 : 8,
      bottom: 8,
      containLabel: true,
    },
    xAxis: { ...across, axisLabel: { ...across.axisLabel, formatter: writes(first) } },
    yAxis: axis(theme, {
      type: "category",
      inverse: true,
      data: drawn.labels,
      axisLabel: { color: theme.ink, fontSize: theme.size, width: width / 4, overflow: "break" },
    }),
    series: drawn.series.map((series) => ({
      name: series.name,
      type: "bar",
      data: series.values,
      tooltip: { valueFormatter: valueIn(series) },
    })),
  };
}

/**
 * @param {Drawn} drawn
 * @param {Theme} theme
 */
function hours(drawn, theme) {
  const cells = drawn.values.flatMap((row, day) => row.map((uses, hour) => [hour, day, uses]));
  return {
    legend: { show: false },
    tooltip: {
      ...ground(theme).tooltip,
      /** @param {{ value: number[] }} cell */
      formatter: ({ value: [hour, day, uses] }) =>
        `${drawn.days[day]} ${drawn.labels[hour]}\n${drawn.name} ${whole(uses)}`,
    },
    grid: { left: 8, right: 16, top: 8, bottom: theme.size * 4, containLabel: true },
    xAxis: axis(theme, { type: "category", data: drawn.labels, splitLine: { show: false } }),
    yAxis: axis(theme, {
      type: "category",
      data: drawn.days,
      inverse: true,
      splitLine: { show: false },
    }),
    visualMap: {
      min: 0,
      max: Math.max(...cells.map(([, , uses]) => uses)),
      orient: "horizontal",
      left: "center",
      bottom: 0,
      itemHeight: theme.size * 8,
      text: ["", drawn.name],
      textStyle: { color: theme.ink, fontSize: theme.size },
      inRange: { color: [theme.from, theme.to] },
    },
    series: [
      {
        type: "heatmap",
        data: cells,
        itemStyle: { borderColor: theme.surface, borderWidth: 2 },
      },
    ],
  };
}

/**
 * Lowest, quarters, middle and highest score, in hundredths of a point.
 * @param {Drawn} drawn
 * @param {Theme} theme
 */
function spread(drawn, theme) {
  const own = axis(theme, { type: "value", scale: true, splitNumber: 3 });
  /** @param {number} hundredths */
  const points = (hundredths) => String(hundredths / 100);
  return {
    legend: { show: false },
    tooltip: {
      ...ground(theme).tooltip,
      /** @param {{ name: string, value: number[] }} box */
      formatter: ({ name, value }) => `${name}\n${value.slice(1).map(points).join(" · ")}`,
    },
    grid: { left: 8, right: 24, top: 8, bottom: 8, containLabel: true },
    xAxis: { ...own, axisLabel: { ...own.axisLabel, formatter: points } },
    yAxis: axis(theme, { type: "category", inverse: true, data: drawn.labels }),
    series: [
      {
        name: drawn.name,
        type: "boxplot",
        data: drawn.hundredths,
        itemStyle: { color: theme.from, borderColor: theme.series[0], borderWidth: 2 },
      },
    ],
  };
}
