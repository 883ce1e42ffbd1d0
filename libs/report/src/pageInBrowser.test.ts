import { accessSync, constants } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildReport } from './buildReport.js';
import { demonstrationReport } from './demonstrationReport.js';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];

/** A Chromium on the path, or the one that CHROMIUM names. */
function foundChromium(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const candidates = [process.env['CHROMIUM'], ...NAMES.flatMap((name) => folders.map((folder) => join(folder, name)))];
  return candidates.find((path) => {
    try {
      accessSync(path ?? '', constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

const executablePath = foundChromium();
if (executablePath === undefined) {
  console.warn('The page was not tested in a browser: no Chromium is on the path, and CHROMIUM names none.');
}

describe.skipIf(executablePath === undefined)('the page in a browser', () => {
  let folder: string;
  let browser: Browser;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'report-page-'));
    for (const [path, bytes] of await buildReport(await demonstrationReport())) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), bytes);
    }
    browser = await chromium.launch({
      ...(executablePath !== undefined && { executablePath }),
      args: ['--no-sandbox', '--disable-gpu'],
    });
  });

  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function opened(width: number, hash = ''): Promise<{ page: Page; complaints: string[] }> {
    const page = await browser.newPage({ viewport: { width, height: 900 } });
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('requestfailed', (request) => complaints.push(request.url()));
    await page.goto(`${pathToFileURL(join(folder, 'report.html')).href}${hash}`);
    return { page, complaints };
  }

  it.each([1400, 400])('is readable at %i pixels, every figure drawn, nothing complained about', async (width) => {
    const { page, complaints } = await opened(width);
    const figures = page.locator('figure');
    expect(await figures.count()).toBe(7);
    for (const figure of await figures.all()) {
      const box = await figure.locator('.plot > svg, .plot > img').boundingBox();
      expect(box?.width).toBeGreaterThan(100);
      expect(box?.height).toBeGreaterThan(50);
      expect(await figure.locator('.plot').getAttribute('aria-label')).not.toBe('');
    }
    const pageWidth = await page.evaluate<number>('document.documentElement.scrollWidth');
    expect(pageWidth).toBeLessThanOrEqual(width);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('shows what was found within the first window, all of it within one', async () => {
    const { page } = await opened(1400);
    const found = await page.locator('.found').boundingBox();
    expect(found?.y).toBeLessThan(900);
    expect(found?.height).toBeLessThanOrEqual(900);
    await page.close();
  });

  it('leads from a claim to its evidence, and unfolds what a link points to', async () => {
    const { page } = await opened(1400);
    await page.locator('.found a[href="#claim-claim-0"]').click();
    expect(await page.locator('#claim-claim-0').isVisible()).toBe(true);
    const source = page.locator('#claim-claim-0 a[href^="#step-"]').first();
    expect(await source.isVisible()).toBe(false);
    await page.locator('#claim-claim-0 summary').click();
    const target = await source.getAttribute('href');
    await source.click();
    await page.locator(`${target ?? ''} summary`).waitFor({ state: 'visible' });
    await page.close();

    const direct = await opened(1400, target ?? '');
    expect(await direct.page.locator(`${target ?? ''} summary`).isVisible()).toBe(true);
    await direct.page.close();
  });

  it('names the curve under the pointer with its numbers', async () => {
    const { page } = await opened(1400);
    const line = page.locator('#figure-curves path[aria-roledescription="line mark"]').first();
    await line.scrollIntoViewIfNeeded();
    // As text, for it is run where there is a document.
    const start = await page.evaluate<{ x: number; y: number }>(`(() => {
      const path = document.querySelector('#figure-curves path[aria-roledescription="line mark"]');
      const { x, y } = path.getPointAtLength(0).matrixTransform(path.getScreenCTM());
      return { x, y };
    })()`);
    await page.mouse.move(start.x + 1, start.y);
    expect(await page.locator('#tip').textContent()).toMatch(/ at /);
    await page.close();
  });

  it('is used by keyboard: links, folds and drawings that scroll take the focus, which is seen', async () => {
    const { page } = await opened(400);
    const focused = new Set<string>();
    for (let count = 0; count < 60; count += 1) {
      await page.keyboard.press('Tab');
      const kind = await page.evaluate<string>(
        "document.activeElement?.className || document.activeElement?.tagName || ''",
      );
      focused.add(kind.toLowerCase());
    }
    for (const kind of ['a', 'summary', 'found', 'plot']) expect([...focused]).toContain(kind);
    await page.locator('.claim summary').first().focus();
    await page.keyboard.press('Enter');
    expect(await page.locator('.claim details').first().getAttribute('open')).not.toBeNull();
    await page.close();
  });

  it('is printed with what was folded beside claims and figures', async () => {
    const { page } = await opened(1400);
    await page.emulateMedia({ media: 'print' });
    const pdf = await page.pdf({ format: 'A4' });
    expect(pdf.length).toBeGreaterThan(10_000);
    expect(await page.locator('.claim details').first().getAttribute('open')).not.toBeNull();
    await page.close();
  });
});
