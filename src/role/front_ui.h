/*
 * role/front_ui.h - where the interface's files are
 *
 * Scope:   beside this program: in the build tree (ui/dist), or where it was installed
 *          (../share/station/ui); else /usr/local/share/station/ui, /usr/share/station/ui.
 * Thread:  one.
 */
#pragma once

/** The folder with index.html, absolute; NULL: there is none. Looked for once. */
const char *front_ui_find(void);
