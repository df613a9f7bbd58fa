// Makes one script, one style sheet and the licences of all that is in them. Fonts are left to the reader's system.
import { build } from 'esbuild';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const outdir = '../built';

const withoutFonts = {
  name: 'without-fonts',
  setup(builder) {
    builder.onLoad({ filter: /\.css$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replaceAll(/@font-face\s*\{[^}]*\}/g, ''),
      loader: 'css',
    }));
  },
};

const { metafile } = await build({
  entryPoints: { explorer: 'page.jsx' },
  outdir,
  bundle: true,
  minify: true,
  metafile: true,
  charset: 'utf8',
  format: 'iife',
  jsx: 'automatic',
  legalComments: 'none',
  target: 'es2022',
  define: { 'process.env.NODE_ENV': '"production"' },
  plugins: [withoutFonts],
});

const folders = new Set(
  Object.keys(metafile.inputs).flatMap((path) => path.match(/^node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+/) ?? []),
);
const packages = new Map();
for (const folder of [...folders].sort()) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
  const text = file ? readFileSync(join(folder, file), 'utf8').trim() : license;
  packages.set(text, [...(packages.get(text) ?? []), `${name} ${version} (${license})`]);
}
const licences = [...packages].map(([text, names]) => `${names.join('\n')}\n\n${text}\n`);
writeFileSync(join(outdir, 'LICENSES.txt'), licences.join(`\n${'-'.repeat(80)}\n\n`));
