// SPDX-License-Identifier: BSD-3-Clause

// gofront measures go/parser and go/types on the standard library, for bench/run.sh.
//
//	gofront GOROOT list      the files of std, one a line
//	gofront GOROOT parse N   parses them N times: bytes and processor time of the fastest turn
//	gofront GOROOT check     parses and checks all packages once: bytes and processor time
//
// Processor time is the process's own, so the garbage collector's threads count.
package main

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

type pkg struct {
	path  string
	files []string
	types *types.Package
}

type library struct {
	src   string
	sizes types.Sizes
	order []*pkg
	known map[string]*pkg
}

func cpu() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func load(goroot string) *library {
	src, err := filepath.EvalSymlinks(filepath.Join(goroot, "src"))
	if err != nil {
		panic(err)
	}
	lib := &library{src: src, known: map[string]*pkg{}, sizes: types.SizesFor("gc", "amd64")}
	context := build.Default
	context.GOROOT, context.CgoEnabled = goroot, false
	filepath.WalkDir(lib.src, func(dir string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return err
		}
		path, _ := filepath.Rel(lib.src, dir)
		if path == "cmd" || entry.Name() == "testdata" {
			return filepath.SkipDir
		}
		found, err := context.ImportDir(dir, 0)
		if err != nil || len(found.GoFiles) == 0 || found.Name == "main" {
			return nil
		}
		p := &pkg{path: path}
		for _, name := range found.GoFiles {
			p.files = append(p.files, filepath.Join(dir, name))
		}
		lib.known[path] = p
		lib.order = append(lib.order, p)
		return nil
	})
	return lib
}

func (lib *library) Import(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	p := lib.known[path]
	if p == nil {
		p = lib.known["vendor/"+path]
	}
	if p == nil {
		return nil, fmt.Errorf("no package %s", path)
	}
	return lib.check(p), nil
}

func (lib *library) check(p *pkg) *types.Package {
	if p.types != nil {
		return p.types
	}
	set := token.NewFileSet()
	var files []*ast.File
	for _, name := range p.files {
		file, err := parser.ParseFile(set, name, nil, parser.SkipObjectResolution)
		if err != nil {
			panic(err)
		}
		files = append(files, file)
	}
	info := &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{}, Implicits: map[ast.Node]types.Object{},
		Instances: map[*ast.Ident]types.Instance{}, Scopes: map[ast.Node]*types.Scope{},
	}
	config := types.Config{Importer: lib, Sizes: lib.sizes, Error: func(error) {}}
	p.types, _ = config.Check(p.path, set, files, info)
	return p.types
}

func (lib *library) bytes() (total int) {
	for _, p := range lib.order {
		for _, name := range p.files {
			if info, err := os.Stat(name); err == nil {
				total += int(info.Size())
			}
		}
	}
	return total
}

func (lib *library) parse() {
	set := token.NewFileSet()
	for _, p := range lib.order {
		for _, name := range p.files {
			if _, err := parser.ParseFile(set, name, nil, parser.SkipObjectResolution); err != nil {
				panic(err)
			}
		}
	}
}

func main() {
	lib := load(os.Args[1])
	switch os.Args[2] {
	case "list":
		for _, p := range lib.order {
			fmt.Println(strings.Join(p.files, "\n"))
		}
	case "parse":
		turns, _ := strconv.Atoi(os.Args[3])
		best := time.Duration(1 << 62)
		for range turns {
			start := cpu()
			lib.parse()
			best = min(best, cpu()-start)
		}
		fmt.Printf("%d %.4f\n", lib.bytes(), best.Seconds())
	case "check":
		start := cpu()
		for _, p := range lib.order {
			lib.check(p)
		}
		fmt.Printf("%d %.4f\n", lib.bytes(), (cpu() - start).Seconds())
	}
}
