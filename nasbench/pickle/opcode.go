package pickle

// Opcodes of the subset, as Python's pickletools names them.
const (
	opMark          = '('
	opStop          = '.'
	opBinFloat      = 'G'
	opBinInt        = 'J'
	opBinInt1       = 'K'
	opBinInt2       = 'M'
	opNone          = 'N'
	opReduce        = 'R'
	opBinUnicode    = 'X'
	opAppend        = 'a'
	opBuild         = 'b'
	opGlobal        = 'c'
	opBinGet        = 'h'
	opLongBinGet    = 'j'
	opAppends       = 'e'
	opBinPut        = 'q'
	opLongBinPut    = 'r'
	opSetItem       = 's'
	opTuple         = 't'
	opSetItems      = 'u'
	opEmptyDict     = '}'
	opEmptyList     = ']'
	opEmptyTuple    = ')'
	opBinBytes      = 'B'
	opShortBinBytes = 'C'
	opProto         = 0x80
	opNewObj        = 0x81
	opTuple1        = 0x85
	opTuple2        = 0x86
	opTuple3        = 0x87
	opNewTrue       = 0x88
	opNewFalse      = 0x89
	opShortBinText  = 0x8c
	opStackGlobal   = 0x93
	opMemoize       = 0x94
	opFrame         = 0x95
	opByteArray8    = 0x96
)

// Bounds on what one pickle may ask for; the public files need 3 MB, 10 marks and 50,000 opcodes.
const (
	maxBytes  = 128 << 20
	maxSteps  = 2 << 20 // opcodes, each makes at most one value
	maxMarks  = 256     // nested
	maxGlobal = 256     // bytes of a name
)
