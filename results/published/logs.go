package published

// Log is what one of the authors' retraining logs says (spec.md section 9). All accuracies are of the test images, in percent,
// also where the log calls them valid.
type Log struct {
	Row       string // of Table 4
	Seed      int64
	Leaf      int     // the sub-supernet that the architecture is of
	Params    float64 // millions, as printed
	Best      float64 // of all epochs, which is what the paper prints
	BestEpoch int     // from 0
	Last      float64 // after the last of 600 epochs
	LastTen   float64 // mean of the last ten
	At30      float64 // after the 30th epoch
	At100     float64
}

// Logs are those that were released.
func Logs() []Log {
	return []Log{
		{"gm+darts-1st", 2, 5, 3.660166, 97.65, 587, 97.65, 97.616, 89.64, 92.62},
		{"gm+darts-2nd", 1, 4, 3.658438, 97.60, 594, 97.53, 97.524, 87.27, 92.38},
		{"gm+snas", 3, 6, 3.718486, 97.66, 592, 97.58, 97.596, 88.74, 92.37},
	}
}
