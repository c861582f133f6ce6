// Builds everything the browser gets, under fixed names, into the folder given as the first
// argument (default: ../web_dist/switchboard_web). Three bundles, because the widget and the
// theme script must each be one self-contained classic script.
import { copyFileSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { build } from 'vite';

const root = path.dirname(fileURLToPath(import.meta.url));
const outDir = path.resolve(root, process.argv[2] ?? '../web_dist/switchboard_web');
const minify = !process.argv.includes('--readable');

rmSync(outDir, { recursive: true, force: true });

const shared = {
  root,
  configFile: false,
  logLevel: 'warn',
  base: './',
  build: {
    outDir,
    emptyOutDir: false,
    minify,
    // Browsers with light-dark(): older targets would rewrite it.
    target: ['chrome123', 'firefox121', 'safari17.5'],
    assetsInlineLimit: 0,
    modulePreload: false,
    reportCompressedSize: false,
  },
};

await build({
  ...shared,
  plugins: [svelte({ configFile: false })],
  build: {
    ...shared.build,
    copyPublicDir: true,
    rolldownOptions: {
      checks: { pluginTimings: false },
      input: { console: 'src/console.ts', pages: 'src/pages.css' },
      output: {
        entryFileNames: '[name].js',
        chunkFileNames: '[name].js',
        assetFileNames: '[name][extname]',
      },
    },
  },
});

for (const name of ['widget', 'theme']) {
  await build({
    ...shared,
    build: {
      ...shared.build,
      copyPublicDir: false,
      lib: {
        entry: name === 'widget' ? 'src/widget/widget.ts' : 'src/theme.ts',
        formats: ['iife'],
        name: `switchboard_${name}`,
        fileName: () => `${name}.js`,
      },
    },
  });
}

// The font's licence (OFL 1.1) asks to travel with it.
const font = path.join(root, 'node_modules/@fontsource-variable/public-sans/LICENSE');
copyFileSync(font, path.join(outDir, 'public-sans-LICENSE.txt'));

for (const file of readdirSync(outDir).sort()) {
  if (!/\.(js|css)$/.test(file)) continue;
  const bytes = readFileSync(path.join(outDir, file));
  console.log(`${file}: ${bytes.length} bytes, ${gzipSync(bytes, { level: 9 }).length} gzip`);
}
