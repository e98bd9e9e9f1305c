package imported

import (
	"errors"
	"io"
	"strings"
)

// Two pointer types that nobody knew before they came along with inlined bodies are two types to the devirtualizer.
func twice(a, b io.Reader, w io.Writer) {
	r := io.TeeReader(a, w)
	r.Read(nil)
	r = io.TeeReader(b, w)
	r.Read(nil)
}

func once(a io.Reader, w io.Writer) {
	var r io.Reader
	r = io.TeeReader(a, w)
	r.Read(nil)
}

func known(s string) {
	var r io.Reader = strings.NewReader(s)
	r.Read(nil)
	r = strings.NewReader(s)
	r.Read(nil)
}

func failures() string {
	err := errors.New("a")
	err = errors.New("b")
	return err.Error()
}

type wrapper struct{ r io.Reader }

func wrap(r io.Reader) io.Reader              { return &wrapper{r} }
func (w *wrapper) Read(p []byte) (int, error) { return len(p), nil }

func local(a, b io.Reader) {
	r := wrap(a)
	r.Read(nil)
	r = wrap(b)
	r.Read(nil)
}
