export * from '@oblique/study';
