// <pdf-page src page passage>: draws one page of a PDF with the passage marked. Loaded when somebody opens the tab "Page".
import { getDocument, GlobalWorkerOptions, Util } from '/vendor/pdf.min.mjs';

GlobalWorkerOptions.workerSrc = '/vendor/pdf.worker.min.mjs';

const documents = new Map();

function open(url) {
  if (!documents.has(url)) {
    const loading = getDocument({
      url,
      cMapUrl: '/vendor/cmaps/',
      iccUrl: '/vendor/iccs/',
      standardFontDataUrl: '/vendor/standard_fonts/',
      wasmUrl: '/vendor/wasm/',
      isEvalSupported: false,
    }).promise;
    // What failed once may work when it is opened again.
    loading.catch(() => documents.delete(url));
    documents.set(url, loading);
  }
  return documents.get(url);
}

const bare = (text) => text.replace(/[\s#]+/g, '');

/** The text items that hold the passage: its beginning and its end are looked for, white space aside. */
function itemsOf(passage, items) {
  const wanted = bare(passage);
  if (!wanted) return [];
  let flat = '';
  const owners = [];
  items.forEach((item, index) => {
    const text = bare(item.str ?? '');
    flat += text;
    for (let count = text.length; count > 0; count -= 1) owners.push(index);
  });
  const start = flat.indexOf(wanted.slice(0, 48));
  if (start < 0) return [];
  const tail = wanted.slice(-48);
  const found = flat.indexOf(tail, start);
  const end = found < 0 ? Math.min(start + wanted.length, flat.length) : found + tail.length;
  return items.slice(owners[start], (owners[end - 1] ?? owners[start]) + 1);
}

class PdfPage extends HTMLElement {
  static observedAttributes = ['src', 'page', 'passage'];

  connectedCallback() {
    this.draw();
  }

  attributeChangedCallback() {
    if (this.isConnected) this.draw();
  }

  async draw() {
    this.turn = (this.turn ?? 0) + 1;
    const { turn } = this;
    try {
      const pdf = await open(this.getAttribute('src'));
      const page = await pdf.getPage(Number(this.getAttribute('page')));
      const viewport = page.getViewport({ scale: this.clientWidth / page.getViewport({ scale: 1 }).width });
      const canvas = document.createElement('canvas');
      const ratio = window.devicePixelRatio || 1;
      canvas.width = Math.floor(viewport.width * ratio);
      canvas.height = Math.floor(viewport.height * ratio);
      await page.render({ canvas, viewport: viewport.clone({ scale: viewport.scale * ratio }) }).promise;
      const text = await page.getTextContent();
      if (turn !== this.turn) return;
      const marks = itemsOf(this.getAttribute('passage') ?? '', text.items).map((item) => this.mark(item, viewport));
      this.replaceChildren(canvas, ...marks);
      marks[0]?.scrollIntoView({ block: 'center' });
    } catch {
      if (turn !== this.turn) return;
      const sentence = document.createElement('p');
      sentence.textContent = 'This page cannot be drawn. Its text is under “Text”.';
      this.replaceChildren(sentence);
    }
  }

  mark(item, viewport) {
    const [, , c, d, x, y] = Util.transform(viewport.transform, item.transform);
    const height = Math.hypot(c, d);
    const mark = document.createElement('mark');
    // In shares of the page: the canvas shrinks and grows with the panel, and the marks with it.
    const across = (length) => `${(100 * length) / viewport.width}%`;
    const down = (length) => `${(100 * length) / viewport.height}%`;
    Object.assign(mark.style, {
      left: across(x), top: down(y - height), width: across(item.width * viewport.scale), height: down(height * 1.15),
    });
    return mark;
  }
}

customElements.define('pdf-page', PdfPage);
