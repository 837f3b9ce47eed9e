/*
 * role/front_cert.h - the certificate of the interface: made, looked at, replaced
 *
 * Scope:   two PEM files, chain and key. One that the station has made itself (self-signed, EC P-256, for all
 *          names and addresses of this machine, 825 days) is made anew 30 days before its end or when the
 *          host's name is another one; one that the administrator has brought is never touched.
 * Owns:    nothing but the files.
 * Thread:  any; a new key takes about a millisecond.
 * Limits:  32 names and addresses; files of 1 MiB.
 * Source:  RFC 5280; CA/Browser Forum's 825 days, beyond which some browsers refuse.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct front_cert {
    bool is_own;       /* self-signed by the station */
    int64_t days_left; /* below 0: it is over */
    char names[256];   /* "pbx.example.com, 192.0.2.1", cut short */
};

/**
 * Read both files and see that they belong together.
 * @param why  out: a sentence for people, in English, borrowed until the next call; may be NULL
 * @return 0; ENOENT (one of them is not there); EINVAL (*why says)
 */
int front_cert_read(const char *cert_file, const char *key_file, struct front_cert *out,
                    const char **why);

/** Make a new one, in place of what is there. @param name  a host name of the settings, or ""
 *  @return 0; errno */
int front_cert_make(const char *cert_file, const char *key_file, const char *name);

/** Is there one that will do? Else make one. @param is_new  out: it was made
 *  @return 0; EINVAL (what the administrator has brought is no good: it stays); errno */
int front_cert_ensure(const char *cert_file, const char *key_file, const char *name, bool *is_new,
                      const char **why);
