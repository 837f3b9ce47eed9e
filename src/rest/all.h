/* rest/all.h - the tables of routes, one a file route_*.c */
#pragma once
#include "rest/route.h"

extern const struct rest_route rest_routes_api[];
extern const struct rest_route rest_routes_bulk[];
extern const struct rest_route rest_routes_calls[];
extern const struct rest_route rest_routes_card[];
extern const struct rest_route rest_routes_check[];
extern const struct rest_route rest_routes_guide[];
extern const struct rest_route rest_routes_live[];
extern const struct rest_route rest_routes_music[];
extern const struct rest_route rest_routes_object[];
extern const struct rest_route rest_routes_openapi[];
extern const struct rest_route rest_routes_overview[];
extern const struct rest_route rest_routes_profile[];
extern const struct rest_route rest_routes_routing[];
extern const struct rest_route rest_routes_service[];
extern const struct rest_route rest_routes_session[];
extern const struct rest_route rest_routes_settings[];
extern const struct rest_route rest_routes_setup[];
extern const struct rest_route rest_routes_sheet[];
extern const struct rest_route rest_routes_sound[];
extern const struct rest_route rest_routes_trunk[];
extern const struct rest_route rest_routes_wizard[];
