package datasets

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

// stallTime is how long a connection may bring nothing.
const stallTime = time.Minute

// download completes the file part to d.Size bytes, from where it stops. On an error the file is removed unless what it
// holds can be the beginning of the right file.
func (g getter) download(ctx context.Context, d Download, part string, progress func(done, total int64)) error {
	f, err := os.OpenFile(part, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return err
	}
	keep, err := g.fill(ctx, d, f, progress)
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if !keep {
		err = errors.Join(err, os.Remove(part))
	}
	return err
}

// fill does download's work on the open file, and says whether to keep it.
func (g getter) fill(ctx context.Context, d Download, f *os.File, progress func(done, total int64)) (keep bool, err error) {
	have, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return true, err
	}
	if have > d.Size {
		return false, fmt.Errorf("the partial file has %d bytes, more than the %d of the whole; it was removed, so try again", have, d.Size)
	}
	if have == d.Size {
		return true, nil
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stall := time.AfterFunc(stallTime, func() { cancel(fmt.Errorf("nothing came for %v", stallTime)) })
	defer stall.Stop()

	res, err := g.request(ctx, d, have)
	if err != nil {
		return have > 0, causeOf(ctx, err)
	}
	defer res.Body.Close()
	have, keep, err = startOf(res, have, d.Size)
	if err != nil {
		return keep, err
	}
	if err := f.Truncate(have); err != nil {
		return true, err
	}
	if _, err := f.Seek(have, io.SeekStart); err != nil {
		return true, err
	}
	body := bufio.NewReaderSize(res.Body, 1<<16)
	if head, _ := body.Peek(512); have == 0 && notHTML(head) != nil {
		return false, errHTML
	}
	progress(have, d.Size)
	for {
		n, err := io.CopyN(f, body, min(1<<18, d.Size-have+1))
		have += n
		stall.Reset(stallTime)
		switch {
		case have > d.Size:
			return false, fmt.Errorf("the server sends more than the %d bytes that the file has; nothing was kept", d.Size)
		case err == io.EOF && have == d.Size:
			progress(have, d.Size)
			return true, nil
		case err != nil:
			return have > 0, fmt.Errorf("after %d of %d bytes, which were kept (run the same command again to resume): %w",
				have, d.Size, causeOf(ctx, cutOff(err)))
		}
		progress(have, d.Size)
	}
}

// cutOff names the end of a body that comes too early.
func cutOff(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// causeOf is why the context ended, where that is why err came.
func causeOf(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

// request asks the origin for the file from byte have on.
func (g getter) request(ctx context.Context, d Download, have int64) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, d.URL, nil)
	if err != nil {
		return nil, err
	}
	if err := g.allowed(req.URL); err != nil {
		return nil, err
	}
	req.Header.Set("Accept-Encoding", "identity") // the hash is over the bytes as they are
	if have > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", have))
	}
	client := *g.client
	client.CheckRedirect = func(next *http.Request, via []*http.Request) error {
		if len(via) >= 5 {
			return errors.New("more than 5 redirects")
		}
		return g.allowed(next.URL)
	}
	res, err := client.Do(req)
	var failed *url.Error
	if errors.As(err, &failed) {
		failed.URL = req.URL.Host // the message begins with the whole
	}
	return res, err
}

// allowed says whether the registry names the URL's host, and that the connection is TLS.
func (g getter) allowed(u *url.URL) error {
	if u.Scheme != "https" {
		return fmt.Errorf("%s is not https", u)
	}
	for _, s := range g.sources {
		for _, d := range s.Downloads {
			if registered, err := url.Parse(d.URL); err == nil && registered.Host == u.Host {
				return nil
			}
		}
	}
	return fmt.Errorf("host %s is not a registered origin", u.Host)
}

var errAnswer = errors.New("the server answers")

// startOf checks an answer's head. It gives the byte that the body starts at, have or 0 where the server sends
// everything, and on an error says whether the first have bytes are still worth keeping.
func startOf(res *http.Response, have, size int64) (start int64, keep bool, err error) {
	start = have
	switch res.StatusCode {
	case http.StatusOK:
		start = 0
	case http.StatusPartialContent:
		if got, want := res.Header.Get("Content-Range"), fmt.Sprintf("bytes %d-%d/%d", have, size-1, size); got != want {
			return 0, false, fmt.Errorf("the server resumes with range %q, want %q; nothing was kept, so try again", got, want)
		}
	default:
		return 0, have > 0 && res.StatusCode != http.StatusRequestedRangeNotSatisfiable, fmt.Errorf("%w %s", errAnswer, res.Status)
	}
	if strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
		return 0, have > 0, errHTML
	}
	if n := res.ContentLength; n >= 0 && n != size-start {
		return 0, false, fmt.Errorf("the server offers %d bytes, want %d; the file was changed at its origin", n, size-start)
	}
	return start, true, nil
}
