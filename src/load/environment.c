/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What the go command would see in its environment, and where its GOROOT is.
 *
 * A variable comes from the process's environment, else from the user's file (`go env -w`), else from GOROOT/go.env, else from
 * a default. Nothing is executed: the GOROOT of a `go` on PATH is found by following links.
 *
 * Go: cmd/go/internal/cfg/cfg.go, internal/cfg, internal/buildcfg
 */
#define _XOPEN_SOURCE 700 /* realpath */
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "load/private.h"

#if defined(__aarch64__)
#define HOST_GOARCH "arm64"
#elif defined(__i386__)
#define HOST_GOARCH "386"
#elif defined(__riscv)
#define HOST_GOARCH "riscv64"
#else
#define HOST_GOARCH "amd64"
#endif

Str environment_get(const char *const *environment, const char *name) {
  size_t len = strlen(name);
  for (const char *const *at = environment; at && *at; at++)
    if (strncmp(*at, name, len) == 0 && (*at)[len] == '=') return str_from(*at + len + 1);
  return (Str){NULL, 0};
}

/* The value of NAME=value in the lines of a go.env file; data NULL: not there. */
static Str env_file_get(Str text, const char *name) {
  Str found = {NULL, 0}, want = str_from(name);
  for (size_t at = 0; at < text.len;) {
    Str rest = str_slice(text, at, text.len);
    ptrdiff_t newline = str_index(rest, '\n');
    Str line = newline < 0 ? rest : str_slice(rest, 0, (size_t)newline);
    at += line.len + 1;
    if (line.len && line.data[line.len - 1] == '\r') line.len--;
    if (str_has_prefix(line, want) && line.len > want.len && line.data[want.len] == '=')
      found = str_slice(line, want.len + 1, line.len);
  }
  return found;
}

static bool is_goroot(Arena *arena, Str dir) {
  if (dir.len == 0 || !path_is_absolute(dir)) return false;
  return dir_exists(path_join(arena, dir, STR("src/runtime")).data);
}

/* GOROOT of an executable: the folder above the bin/ in which it really is. */
static Str goroot_of_program(Arena *arena, Str program) {
  char resolved[PATH_MAX];
  if (program.len >= PATH_MAX || !realpath(arena_strdup(arena, program), resolved)) return STR("");
  Str root = path_dir(path_dir(str_from(resolved)));
  return is_goroot(arena, root) ? arena_str(arena, root) : STR("");
}

static Str goroot_on_path(Arena *arena, Str path) {
  for (size_t at = 0; at < path.len;) {
    Str rest = str_slice(path, at, path.len);
    ptrdiff_t colon = str_index(rest, ':');
    Str dir = colon < 0 ? rest : str_slice(rest, 0, (size_t)colon);
    at += dir.len + 1;
    if (!path_is_absolute(dir)) continue;
    Str root = goroot_of_program(arena, path_join(arena, dir, STR("go")));
    if (root.len) return root;
  }
  return STR("");
}

/* The newest /usr/lib/go-1.NN of Debian. */
static Str goroot_of_debian(Arena *arena) {
  DirList list;
  Str best = STR("");
  Lang best_lang = LANG(0);
  if (!dir_list(arena, "/usr/lib", &list)) return best;
  for (uint32_t i = 0; i < list.len; i++) {
    Str name = list.entries[i].name;
    Lang lang;
    if (!str_has_prefix(name, STR("go-")) || !lang_parse(str_slice(name, 3, name.len), &lang)) continue;
    Str root = path_join(arena, STR("/usr/lib"), name);
    if (lang.minor > best_lang.minor && is_goroot(arena, root)) best = root, best_lang = lang;
  }
  return best;
}

Str load_find_goroot(Arena *arena, const char *const *environment) {
  Str set = environment_get(environment, "GOROOT");
  if (set.len) return path_clean(arena, set);
  Str found = goroot_on_path(arena, environment_get(environment, "PATH"));
  if (found.len) return found;
  static const char *const usual[] = {"/usr/local/go", "/usr/lib/go", "/usr/lib/golang", "/usr/share/go"};
  for (size_t i = 0; i < ARRAY_LEN(usual); i++)
    if (is_goroot(arena, str_from(usual[i]))) return str_from(usual[i]);
  return goroot_of_debian(arena);
}

/* The first "1.NN" behind "go" in a text such as "go1.27.4\ntime …". */
static Str release_in(Arena *arena, Str text) {
  for (size_t at = 0; at + 4 < text.len; at++) {
    if (memcmp(text.data + at, "go1.", 4) != 0) continue;
    size_t end = at + 4;
    while (end < text.len && text.data[end] >= '0' && text.data[end] <= '9') end++;
    if (end > at + 4) return arena_str(arena, str_slice(text, at + 2, end));
  }
  return STR("");
}

Str load_goroot_release(Arena *arena, Str goroot) {
  static const char *const files[] = {"VERSION", "src/internal/buildcfg/zbootstrap.go",
                                      "src/runtime/internal/sys/zversion.go"};
  for (size_t i = 0; i < ARRAY_LEN(files); i++) {
    Str text;
    if (!file_read(arena, path_join(arena, goroot, str_from(files[i])).data, &text)) continue;
    Str release = release_in(arena, text);
    if (release.len) return release;
  }
  return STR("");
}

typedef struct EnvFiles {
  const LoadConfig *config;
  Str user, goroot; /* texts */
} EnvFiles;

static Str lookup(const EnvFiles *files, const char *name, Str otherwise) {
  Str value = environment_get(files->config->environment, name);
  if (!value.len) value = env_file_get(files->user, name);
  if (!value.len) value = env_file_get(files->goroot, name);
  return value.len ? value : otherwise;
}

/* The pack that is read instead of GOROOT; NULL: none is. */
static const LoadPack *packed(const LoadConfig *config) {
  return config->pack && !config->pack->writing ? config->pack : NULL;
}

static EnvFiles read_env_files(const LoadConfig *config) {
  EnvFiles files = {.config = config};
  Arena *arena = config->arena;
  Str path = environment_get(config->environment, "GOENV");
  Str config_home = environment_get(config->environment, "XDG_CONFIG_HOME");
  Str home = environment_get(config->environment, "HOME");
  if (!path.len) {
    if (!config_home.len && home.len) config_home = path_join(arena, home, STR(".config"));
    if (config_home.len) path = path_join(arena, config_home, STR("go/env"));
  }
  if (path.len && !str_equal(path, STR("off"))) file_read(arena, arena_strdup(arena, path), &files.user);
  if (config->goroot.len && !packed(config))
    file_read(arena, path_join(arena, config->goroot, STR("go.env")).data, &files.goroot);
  return files;
}

static Str default_gopath(const LoadConfig *config) {
  Str home = environment_get(config->environment, "HOME");
  return home.len ? path_join(config->arena, home, STR("go")) : STR("");
}

Str load_goflags(Arena *arena, const char *const *environment, Str goroot) {
  LoadConfig config = {.arena = arena, .environment = environment, .goroot = goroot};
  EnvFiles files = read_env_files(&config);
  return lookup(&files, "GOFLAGS", STR(""));
}

/* ---- cgo ---- */

static bool program_on_path(const LoadConfig *config, const char *name) {
  Str dir;
  for (Str rest = environment_get(config->environment, "PATH"); str_next(&rest, ':', &dir);)
    if (dir.len && access(path_join(config->arena, dir, str_from(name)).data, X_OK) == 0) return true;
  return false;
}

/* Ports without cgo among those on which this program runs. */
static bool cgo_supported(Str goos, Str goarch) {
  return str_equal(goos, STR("linux")) && !str_equal(goarch, STR("wasm"));
}

/* On when it is set so, else when compiling for this machine with a C compiler at hand. */
static bool cgo_wanted(const LoadConfig *config, const EnvFiles *files, const LoadEnv *env) {
  Str set = lookup(files, "CGO_ENABLED", STR(""));
  if (str_equal(set, STR("0")) || str_equal(set, STR("1"))) return set.data[0] == '1';
  if (packed(config)) return packed(config)->cgo_enabled;
  bool native = str_equal(env->goos, STR("linux")) && str_equal(env->goarch, STR(HOST_GOARCH));
  if (!native || !cgo_supported(env->goos, env->goarch)) return false;
  return environment_get(config->environment, "CC").len > 0 || program_on_path(config, "gcc");
}

LoadEnv load_environment(const LoadConfig *config, Str *why) {
  EnvFiles files = read_env_files(config);
  LoadEnv env = {.goroot = config->goroot};
  const LoadPack *pack = packed(config);
  *why = (Str){NULL, 0};
  env.goos = config->goos.len ? config->goos : lookup(&files, "GOOS", pack ? pack->goos : STR("linux"));
  env.goarch =
      config->goarch.len ? config->goarch : lookup(&files, "GOARCH", pack ? pack->goarch : STR(HOST_GOARCH));
  env.goamd64 = lookup(&files, "GOAMD64", pack ? pack->goamd64 : STR("v1"));
  env.goexperiment = lookup(&files, "GOEXPERIMENT", pack ? pack->goexperiment : STR(""));
  env.goflags = lookup(&files, "GOFLAGS", STR(""));
  env.go111module = lookup(&files, "GO111MODULE", STR(""));
  env.gowork = lookup(&files, "GOWORK", STR(""));
  env.gopath = lookup(&files, "GOPATH", default_gopath(config));
  ptrdiff_t colon = str_index(env.gopath, ':');
  Str first = colon < 0 ? env.gopath : str_slice(env.gopath, 0, (size_t)colon);
  env.gomodcache =
      lookup(&files, "GOMODCACHE", first.len ? path_join(config->arena, first, STR("pkg/mod")) : STR(""));
  env.cgo_enabled = cgo_wanted(config, &files, &env);
  env.target = target_find(env.goos, env.goarch);
  if (!env.target)
    *why = arena_printf(config->arena, "unsupported GOOS/GOARCH pair " STR_FMT "/" STR_FMT, STR_ARG(env.goos),
                        STR_ARG(env.goarch));
  if (pack && !why->data) {
    Str mismatch = load_pack_mismatch(config, &env);
    if (mismatch.len) *why = mismatch;
  }
  return env;
}

/* ---- tags ---- */

static void add_tag(Loader *loader, Str tag) {
  if (tag.len) vec_push(loader->arena, &loader->tag_list, arena_str(loader->arena, tag));
}

/* Names of experiments come from GOROOT itself: one file exp_NAME_on.go for each. */
static void add_experiments(Loader *loader) {
  DirList list;
  Arena *arena = loader->arena;
  Str dir = path_join(arena, loader->env.goroot, STR("src/internal/goexperiment"));
  if (packed(loader->config) ? !memory_names(memory_open(loader, &loader->tags, dir), &list)
                             : !dir_list(arena, dir.data, &list))
    return;
  for (uint32_t i = 0; i < list.len; i++) {
    Str name = list.entries[i].name;
    if (!str_has_prefix(name, STR("exp_")) || !str_has_suffix(name, STR("_on.go"))) continue;
    Str experiment = str_slice(name, 4, name.len - 6);
    bool on = profile_experiment(loader->config->profile, loader->env.target, experiment);
    Str wanted = loader->env.goexperiment;
    for (size_t at = 0; at <= wanted.len;) {
      Str rest = str_slice(wanted, at, wanted.len);
      ptrdiff_t comma = str_index(rest, ',');
      Str word = comma < 0 ? rest : str_slice(rest, 0, (size_t)comma);
      at += word.len + 1;
      if (str_equal(word, STR("none"))) on = false;
      if (str_equal(word, experiment)) on = true;
      if (str_has_prefix(word, STR("no")) && str_equal(str_slice(word, 2, word.len), experiment)) on = false;
    }
    if (!on) continue;
    add_tag(loader, arena_printf(arena, "goexperiment." STR_FMT, STR_ARG(experiment)));
    loader->env.experiments |= profile_experiment_bit(experiment);
  }
}

/* amd64.v1 … amd64.vN for GOAMD64=vN. */
static void add_feature_tags(Loader *loader) {
  Str level = loader->env.goamd64;
  if (!str_equal(loader->env.goarch, STR("amd64")) || level.len != 2 || level.data[0] != 'v') return;
  for (char n = '1'; n <= level.data[1]; n++) add_tag(loader, arena_printf(loader->arena, "amd64.v%c", n));
}

void environment_tags(Loader *loader) {
  Lang release = LANG(0);
  lang_parse(str_from(loader->config->profile->release), &release);
  Str text = loader->config->tags;
  for (size_t at = 0; at < text.len;) {
    size_t start = at;
    while (at < text.len && text.data[at] != ',' && text.data[at] != ' ') at++;
    add_tag(loader, str_slice(text, start, at));
    at++;
  }
  loader->tags.cgo_enabled = loader->env.cgo_enabled; /* a part of the keys of folders in packs */
  add_experiments(loader);
  add_feature_tags(loader);
  loader->tags = (LoadTags){.goos = loader->env.goos,
                            .goarch = loader->env.goarch,
                            .cgo_enabled = loader->env.cgo_enabled,
                            .go_minor = release.minor,
                            .plus_only = !loader->config->profile->go_build_lines,
                            .tags = loader->tag_list.items,
                            .tag_len = loader->tag_list.len};
  if (loader->config->pack && loader->config->pack->writing)
    loader->tags.asked = &loader->config->pack->asked;
}
