/*
 * Memory that a process had to take to start, and does not need to serve.
 *
 * The C library keeps what was freed below something that was not. And what the kernel has mapped of the program's own
 * file stays mapped, needed once or not: code and constants that are let go are taken from the file's cache
 * again when they are next looked at, with their neighbours, for which nothing is read from the disk.
 */
#define _GNU_SOURCE
#define NAPI_VERSION 8
#include <inttypes.h>
#include <malloc.h>
#include <node_api.h>
#include <stdio.h>
#include <sys/mman.h>

/*
 * Only of mappings that are all as they are in their file. One without a file, as Node's large pages are, or with a page
 * that was ever written to, as relocations and a debugger do, would lose it.
 */
static void let_go_of_files(void) {
  FILE *maps = fopen("/proc/self/smaps", "re");
  if (maps == NULL) return;
  struct {
    uintptr_t begin, end;
    char rights[5];
    unsigned long inode;
  } seen, map = {0};
  char line[4096];
  unsigned long written;
  /* A mapping has a line of its own, then one for each thing about it. */
  while (fgets(line, sizeof line, maps) != NULL) {
    if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %4s %*s %*s %lu", &seen.begin, &seen.end, seen.rights,
               &seen.inode) == 4) {
      map = seen;
    } else if (sscanf(line, "Anonymous: %lu", &written) == 1 && written == 0 && map.inode != 0 &&
               map.rights[1] == '-' && map.rights[3] == 'p') {
      madvise((void *)map.begin, map.end - map.begin, MADV_DONTNEED);
    }
  }
  fclose(maps);
}

static napi_value give_back(napi_env env, napi_callback_info info) {
  (void)env;
  (void)info;
#ifdef __GLIBC__
  malloc_trim(0);
#endif
  let_go_of_files();
  return NULL;
}

NAPI_MODULE_INIT() {
  napi_value function;
  if (napi_create_function(env, "giveBack", NAPI_AUTO_LENGTH, give_back, NULL, &function) != napi_ok ||
      napi_set_named_property(env, exports, "giveBack", function) != napi_ok)
    return NULL;
  return exports;
}
