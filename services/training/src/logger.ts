import type { OptionSpecs, ServiceContext } from '@oblique/service';

/** The service's log. */
export type Logger = ServiceContext<OptionSpecs>['log'];
