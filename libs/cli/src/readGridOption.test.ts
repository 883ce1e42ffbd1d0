import { UsageError } from '@oblique/service';
import { describe, expect, it } from 'vitest';
import { readGridOption, readSetting, readSize } from './readGridOption.js';

describe('a grid on the command line', () => {
  it('is a range whose end point is left out', () => {
    expect(readGridOption('orientation=0:180/4')).toEqual({
      parameter: 'orientation',
      values: [0, 45, 90, 135],
    });
    expect(readGridOption('phase=-180:180/3').values).toEqual([-180, -60, 60]);
    expect(readGridOption('sigma=10:4/3').values).toEqual([10, 8, 6]);
    expect(readGridOption('sigma=2.5:9/1').values).toEqual([2.5]);
  });

  it('is exact at every step rather than adding the steps up', () => {
    const { values } = readGridOption('orientation=0:180/1800');
    expect(values[1799]).toBe((180 * 1799) / 1800);
  });

  it('is a list', () => {
    expect(readGridOption('frequency=0.02,1e-1, .5')).toEqual({
      parameter: 'frequency',
      values: [0.02, 0.1, 0.5],
    });
    expect(readGridOption('phase=-90').values).toEqual([-90]);
  });

  it('lets NaN and infinity pass, which the service refuses with what is allowed', () => {
    expect(readGridOption('phase=NaN,Infinity').values).toEqual([NaN, Infinity]);
  });

  it.each([
    ['orientation', /no "="/],
    ['=1,2', /no "="/],
    ['orientation=', /no values/],
    ['orientation=0:180', /how many/],
    ['orientation=0:180/0', /at least 1/],
    ['orientation=0:180/-3', /at least 1/],
    ['orientation=0:180/2.5', /whole count/],
    ['orientation=0:180/1e12', /too many/],
    ['orientation=a:b/3', /"a" in "orientation=a:b\/3" is no number/],
    ['orientation=1,,2', /"" in/],
    ['orientation=0x', /no number/],
  ])('is not %s', (text, message) => {
    expect(() => readGridOption(text)).toThrow(UsageError);
    expect(() => readGridOption(text)).toThrow(message);
  });
});

describe('a setting', () => {
  it('is a name and a number', () => {
    expect(readSetting('frequency=0.02')).toEqual(['frequency', 0.02]);
    expect(readSetting('phase=-90')).toEqual(['phase', -90]);
  });

  it.each(['frequency', 'frequency=', 'frequency=fast'])('is not %s', (text) => {
    expect(() => readSetting(text)).toThrow(UsageError);
  });
});

describe('a size', () => {
  it('is one side, or width x height', () => {
    expect(readSize('224')).toEqual({ widthPixels: 224, heightPixels: 224 });
    expect(readSize('320x240')).toEqual({ widthPixels: 320, heightPixels: 240 });
  });

  it.each(['0', '-3', '2.5', '10x', '10x0', '1e9', '99999999', ''])('is not "%s"', (text) => {
    expect(() => readSize(text)).toThrow(UsageError);
  });
});
