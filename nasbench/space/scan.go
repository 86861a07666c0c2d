package space

import (
	"fmt"
	"strings"
	"unicode"
)

// scanner walks through a text of punctuation, quoted names and numbers; white space is free.
type scanner struct{ text, rest string }

func scan(text string) *scanner { return &scanner{text, text} }

// failed names the text and how far it was read.
func (s *scanner) failed(err error) error {
	return fmt.Errorf("architecture %.240q, at byte %d: %w", s.text, len(s.text)-len(s.rest), err)
}

func (s *scanner) space() { s.rest = strings.TrimLeftFunc(s.rest, unicode.IsSpace) }

// may takes a token that may be there.
func (s *scanner) may(token string) bool {
	s.space()
	rest, found := strings.CutPrefix(s.rest, token)
	s.rest = rest
	return found
}

func (s *scanner) expect(tokens ...string) error {
	for _, token := range tokens {
		if s.may(token) {
			continue
		}
		if s.rest == "" {
			return fmt.Errorf("it ends where %q should be", token)
		}
		return fmt.Errorf("%.10q where %q should be", s.rest, token)
	}
	return nil
}

// name takes a name in ' or ".
func (s *scanner) name() (string, error) {
	quote := "'"
	if !s.may(quote) {
		quote = `"`
		if err := s.expect(quote); err != nil {
			return "", err
		}
	}
	name, after, closed := strings.Cut(s.rest, quote)
	if !closed {
		return "", fmt.Errorf("the name %.20q has no closing %s", name, quote)
	}
	s.rest = after
	return name, nil
}

// word takes a name without quotes, letters and _, perhaps none.
func (s *scanner) word() string {
	s.space()
	word := s.rest
	if end := strings.IndexFunc(word, func(r rune) bool { return r != '_' && !unicode.IsLetter(r) }); end >= 0 {
		word = word[:end]
	}
	s.rest = s.rest[len(word):]
	return word
}

// digits takes a run of ASCII digits, maybe with a minus, which no number that is used has.
func (s *scanner) digits() string {
	s.space()
	end := 0
	for end < len(s.rest) && (s.rest[end] >= '0' && s.rest[end] <= '9' || end == 0 && s.rest[0] == '-') {
		end++
	}
	token := s.rest[:end]
	s.rest = s.rest[end:]
	return token
}

// end refuses what is left.
func (s *scanner) end() error {
	if s.space(); s.rest != "" {
		return fmt.Errorf("%.20q is left over", s.rest)
	}
	return nil
}
