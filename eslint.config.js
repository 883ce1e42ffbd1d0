import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['**/dist/**', '**/generated/**', '**/node_modules/**', '.nx/**'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { '@nx': nx },
    rules: {
      // The picture of the house: services need libraries, libraries never services, the calculus needs programs only.
      // Read from nx's project graph, without which the rule passes everything: `npm run lint` has nx draw it first.
      '@nx/enforce-module-boundaries': [
        'error',
        {
          enforceBuildableLibDependency: false,
          banTransitiveDependencies: false,
          allow: [],
          depConstraints: [
            { sourceTag: 'type:service', onlyDependOnLibsWithTags: ['type:lib'] },
            { sourceTag: 'type:lib', onlyDependOnLibsWithTags: ['type:lib'] },
            { sourceTag: 'type:e2e', onlyDependOnLibsWithTags: ['type:lib'] },
            { sourceTag: 'scope:autodiff', onlyDependOnLibsWithTags: ['scope:onnx', 'scope:arrays'] },
            { sourceTag: 'scope:onnx', onlyDependOnLibsWithTags: ['scope:arrays'] },
          ],
        },
      ],
      // Services export nothing, so that nx finds no project behind their bare names.
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['@oblique/*-service', '@oblique/*-service/**'],
              message: 'Services are called, not imported.',
            },
          ],
        },
      ],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      // An async function turns what it throws into a rejection, await or not.
      '@typescript-eslint/require-await': 'off',
      // A callback of one expression may drop what the expression gives, which is often nothing.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
    },
  },
  {
    files: ['**/*.test.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      // expect.anything() and its like are any.
      '@typescript-eslint/no-unsafe-assignment': 'off',
    },
  },
);
