// One function per drawing; each returns a handle that .NET feeds and disposes.
import { createChart, createSeriesMarkers, CandlestickSeries, HistogramSeries, LineSeries, LineType, CrosshairMode, ColorType } from 'lightweight-charts';

const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function base(element, options = {}) {
  return createChart(element, {
    autoSize: true,
    layout: { background: { type: ColorType.Solid, color: 'transparent' }, textColor: css('--muted'), fontFamily: css('--mono'), fontSize: 11, attributionLogo: true },
    grid: { vertLines: { color: css('--grid') }, horzLines: { color: css('--grid') } },
    rightPriceScale: { borderColor: css('--line') },
    timeScale: { borderColor: css('--line'), timeVisible: true, secondsVisible: false },
    crosshair: { mode: CrosshairMode.Normal },
    ...options,
  });
}

/** Candles with volume and our fills as markers. */
export function candles(element, precision) {
  const chart = base(element);
  const up = css('--buy'), down = css('--sell');
  const format = { type: 'price', precision, minMove: 10 ** -precision };
  const series = chart.addSeries(CandlestickSeries, { upColor: up, downColor: down, borderVisible: false, wickUpColor: up, wickDownColor: down, priceFormat: format });
  const volume = chart.addSeries(HistogramSeries, { priceFormat: { type: 'volume' }, priceScaleId: 'volume', lastValueVisible: false, priceLineVisible: false });
  chart.priceScale('volume').applyOptions({ scaleMargins: { top: 0.84, bottom: 0 } });
  const markers = createSeriesMarkers(series, []);
  const bar = c => ({ time: c.t, open: c.o, high: c.h, low: c.l, close: c.c });
  const vol = c => ({ time: c.t, value: c.v, color: (c.c >= c.o ? up : down) + '55' });
  let last = 0;
  return {
    load(all) {
      series.setData(all.map(bar));
      volume.setData(all.map(vol));
      last = all.length ? all[all.length - 1].t : 0;
    },
    update(some) {
      for (const c of some) {
        if (c.t < last) continue;
        last = c.t;
        series.update(bar(c));
        volume.update(vol(c));
      }
    },
    fills(list) {
      markers.setMarkers(list.map(f => ({ time: f.t, position: f.buy ? 'belowBar' : 'aboveBar', color: f.buy ? up : down, shape: f.buy ? 'arrowUp' : 'arrowDown' })));
    },
    dispose() { chart.remove(); },
  };
}

/** Plan against done over time, with the fills' prices on a scale of their own. */
export function plan(element) {
  const chart = base(element, { timeScale: { borderColor: css('--line'), timeVisible: true, secondsVisible: true }, leftPriceScale: { visible: true, borderColor: css('--line') } });
  const planned = chart.addSeries(LineSeries, { color: css('--muted'), lineWidth: 1, lineStyle: 2, priceScaleId: 'left', title: 'plan', lastValueVisible: false });
  const done = chart.addSeries(LineSeries, { color: css('--accent'), lineWidth: 2, lineType: LineType.WithSteps, priceScaleId: 'left', title: 'done' });
  const prices = chart.addSeries(LineSeries, { color: css('--warn'), lineVisible: false, pointMarkersVisible: true, pointMarkersRadius: 3, title: 'fill price' });
  // The library wants strictly growing times in whole seconds: the last of a second wins.
  const clean = list => [...new Map(list.map(p => [Math.floor(p.t), { time: Math.floor(p.t), value: p.v }])).values()].sort((a, b) => a.time - b.time);
  return {
    load(data) {
      planned.setData(clean(data.plan));
      done.setData(clean(data.done));
      prices.setData(clean(data.fills));
      chart.timeScale().fitContent();
    },
    dispose() { chart.remove(); },
  };
}

/** Cumulated depth of both sides around the mid, on a canvas. */
export function depth(element) {
  const canvas = document.createElement('canvas');
  canvas.style.cssText = 'width:100%;height:100%;display:block';
  element.appendChild(canvas);
  let data = { bids: [], asks: [] };
  const draw = () => {
    const r = element.getBoundingClientRect(), k = devicePixelRatio || 1;
    const w = Math.max(1, Math.round(r.width * k)), h = Math.max(1, Math.round(r.height * k));
    if (canvas.width !== w || canvas.height !== h) { canvas.width = w; canvas.height = h; }
    const g = canvas.getContext('2d');
    g.clearRect(0, 0, w, h);
    const { bids, asks } = data;
    if (!bids.length || !asks.length) return;
    const lo = bids[bids.length - 1][0], hi = asks[asks.length - 1][0], span = hi - lo || 1;
    let b = 0, a = 0;
    const cb = bids.map(([p, q]) => [p, b += q]), ca = asks.map(([p, q]) => [p, a += q]);
    const most = Math.max(a, b) || 1, x = p => (p - lo) / span * w, y = q => h - q / most * h * 0.86;
    const area = (points, edge, color) => {
      g.beginPath();
      g.moveTo(x(points[0][0]), h);
      let last = h;
      for (const [p, q] of points) { g.lineTo(x(p), last); last = y(q); g.lineTo(x(p), last); }
      g.lineTo(edge, last); g.lineTo(edge, h); g.closePath();
      g.fillStyle = color + '30'; g.fill(); g.strokeStyle = color; g.lineWidth = 1.25 * k; g.stroke();
    };
    area(cb, 0, css('--buy')); area(ca, w, css('--sell'));
    g.fillStyle = css('--muted'); g.font = `${10 * k}px ${css('--mono')}`;
    g.textAlign = 'left'; g.fillText(lo.toLocaleString('en-US'), 6 * k, 14 * k);
    g.textAlign = 'right'; g.fillText(hi.toLocaleString('en-US'), w - 6 * k, 14 * k);
    g.textAlign = 'center'; g.fillText(((bids[0][0] + asks[0][0]) / 2).toLocaleString('en-US', { maximumFractionDigits: 2 }), w / 2, 14 * k);
  };
  const watch = new ResizeObserver(draw);
  watch.observe(element);
  return { load(d) { data = d; requestAnimationFrame(draw); }, dispose() { watch.disconnect(); canvas.remove(); } };
}

/** A small plan curve for the ticket. */
export function spark(element) {
  return {
    load(points) {
      const w = 280, h = 46;
      if (points.length < 2) { element.replaceChildren(); return; }
      const t0 = points[0].t, t1 = points[points.length - 1].t || t0 + 1, most = Math.max(...points.map(p => p.v)) || 1;
      const xy = points.map(p => `${((p.t - t0) / ((t1 - t0) || 1) * w).toFixed(1)},${(h - p.v / most * (h - 4) - 2).toFixed(1)}`);
      const ns = 'http://www.w3.org/2000/svg', svg = document.createElementNS(ns, 'svg'), line = document.createElementNS(ns, 'polyline');
      svg.setAttribute('viewBox', `0 0 ${w} ${h}`); svg.setAttribute('preserveAspectRatio', 'none'); svg.setAttribute('class', 'spark');
      line.setAttribute('points', xy.join(' ')); line.setAttribute('fill', 'none'); line.setAttribute('stroke', css('--accent')); line.setAttribute('stroke-width', '1.5');
      svg.appendChild(line);
      element.replaceChildren(svg);
    },
    dispose() { element.replaceChildren(); },
  };
}
