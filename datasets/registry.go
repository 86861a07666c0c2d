package datasets

import (
	"fmt"
	"strings"

	"gmnas/nasbench"
	"gmnas/nasbench/curves"
)

// A Source is a data set or a set of tables with a public origin.
type Source struct {
	Name string
	What string
	// Manual says how to get the files where the origin lets no program do it; then Downloads is empty.
	Manual    string
	Downloads []Download
	Files     []File
}

// A Download is one file at its origin.
type Download struct {
	// URL is pinned: it names a commit, or the file has a fixed hash.
	URL  string
	Size int64
	Hash Hash
	// Path is the data file that the download is, or "" for a tar.gz archive.
	Path string
	// Members are the only entries taken out of an archive: entry name to data file.
	Members map[string]string
	// Convert makes the data file of a download that holds more than is kept; nil where the file is the download.
	Convert func([]byte) ([]byte, error)
}

// A File is one file below the data folder.
type File struct {
	// Path is relative to the data folder, with slashes.
	Path    string
	What    string
	Licence string
	// Known are the contents that are known for the file. The first is what [Get] brings.
	Known []Content
}

// A Content is one known state of a file.
type Content struct {
	// Size is in bytes; SizeUnknown where no public record of it was found.
	Size int64
	// Hash has no Kind where none is known for the file itself; then the hash that [Get] noted at unpacking counts.
	Hash Hash
	// Note tells this content from the others, or is "".
	Note string
}

// SizeUnknown is the size of a [Content] of which only the hash is known.
const SizeUnknown = -1

// A Hash is a digest in hexadecimal, and the kind of digest that it is.
type Hash struct {
	// Kind is "sha256", "md5" (only where the origin publishes nothing better: it finds damage, not forgery) or "".
	Kind string
	Hex  string
}

func sha(hex string) Hash     { return Hash{"sha256", hex} }
func md5Hash(hex string) Hash { return Hash{"md5", hex} }

// Sources is the registry: all the data that gmnas can fetch or check, and the data's origin.
func Sources() []Source {
	return []Source{cifar10Source(), cifar100Source(), imageNet16Source(), fashionSource(), nasbench201Source(), curvesSource()}
}

const cifarLicence = "none stated; cite Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009"

func cifar10Source() Source {
	s := Source{Name: "cifar10", What: "CIFAR-10: 50,000 + 10,000 images of 32x32, 10 classes, official binary version"}
	archive := Download{URL: "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz", Size: 170_052_171,
		Hash: md5Hash("c32a1d4ab5d03f1284b67883e8d87530"), Members: map[string]string{}}
	subset := map[string]Content{
		"data_batch_1.bin": {12_292_000, sha("0993cf8b8e43bc207603aef9787006995746513f5e3fa5a52e06d1b069926330"), "the first 4,000 records"},
		"test_batch.bin":   {3_073_000, sha("8314c96d7cd65618193bab23acdd5d4c4af15bf6dd00a1781d55beedf3be1ef5"), "the first 1,000 records"},
	}
	// Of the unpacked files; three public build scripts that unpack the archive check the same values.
	digests := map[string]string{
		"data_batch_1.bin": "5dd7e06a14cb22eb9f671a540d1b7c25", "data_batch_2.bin": "5ea93a67294ea407fff1d09f752e9692",
		"data_batch_3.bin": "942cd6a4bcdd0dd3c604fbe906cb4421", "data_batch_4.bin": "ae636b3ba5c66a11e91e8cb52e771fcb",
		"data_batch_5.bin": "53f37980c15c3d472c316c40844f3f0d", "test_batch.bin": "803d5f7f4d78ea53de84dbe85f74fb6d",
	}
	for _, part := range []string{"train", "test"} {
		for _, name := range cifar10.files[part] {
			path := cifar10.folder + "/" + name
			archive.Members[path] = path
			f := File{Path: path, What: "CIFAR-10 " + part + ", 10,000 records", Licence: cifarLicence, Known: []Content{{Size: 30_730_000, Hash: md5Hash(digests[name])}}}
			if c, ok := subset[name]; ok {
				f.Known = append(f.Known, c)
			}
			s.Files = append(s.Files, f)
		}
	}
	s.Downloads = []Download{archive}
	return s
}

func cifar100Source() Source {
	const train, test = "cifar-100-binary/train.bin", "cifar-100-binary/test.bin"
	return Source{Name: "cifar100", What: "CIFAR-100: 50,000 + 10,000 images of 32x32, 100 classes, official binary version",
		Downloads: []Download{{URL: "https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz", Size: 168_513_733,
			Hash: md5Hash("03b5dce01913d631647c71ecec9e9cb8"), Members: map[string]string{train: train, test: test}}},
		Files: []File{
			{Path: train, What: "CIFAR-100 train, 50,000 records", Licence: cifarLicence, Known: []Content{{Size: 153_700_000}}},
			{Path: test, What: "CIFAR-100 test, 10,000 records", Licence: cifarLicence, Known: []Content{{Size: 30_740_000}}},
		}}
}

// imageNet16Source has MD5 digests only: they are the ones that the code of NAS-Bench-201 (D-X-Y/AutoDL-Projects) checks.
func imageNet16Source() Source {
	s := Source{Name: "imagenet16-120", What: "ImageNet16-120: downsampled ImageNet 16x16, its first 120 classes (Chrabaszcz et al. 2017)",
		Manual: "ImageNet lets no program download it: sign in at https://image-net.org/download-images, get \"Imagenet16_train.zip\" and " +
			"\"Imagenet16_val.zip\", and unpack train_data_batch_1 to _10 and val_data into " + imageNet16Folder + "/"}
	digests := [...]string{"27846dcaa50de8e21a7d1a35f30f0e91", "c7254a054e0e795c69120a5727050e3f", "4333d3df2e5ffb114b05d2ffc19b1e87",
		"1620cdf193304f4a92677b695d70d10f", "348b3c2fdbb3940c4e9e834affd3b18d", "6e765307c242a1b3d7d5ef9139b48945",
		"564926d8cbf8fc4818ba23d2faac7564", "f4755871f718ccb653440b9dd0ebac66", "bb6dd660c38c58552125b1a92f86b5d4",
		"8f03f34ac4b42271a294f91bf480f29b", "3410e3017fdaefba8d5073aaa65e4bd6"}
	for i, name := range append(imageNet16Files["train"], imageNet16Files["test"]...) {
		s.Files = append(s.Files, File{Path: imageNet16Folder + "/" + name, What: "downsampled ImageNet 16x16, all 1,000 classes",
			Licence: "ImageNet terms of access, research only", Known: []Content{{Size: SizeUnknown, Hash: md5Hash(digests[i])}}})
	}
	return s
}

func fashionSource() Source {
	const origin = "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/b2617bb6d3ffa2e429640350f613e3291e10b141/data/fashion/"
	const debian = "as in Debian's package dataset-fashion-mnist"
	s := Source{Name: "fashion-mnist", What: "Fashion-MNIST: 60,000 + 10,000 grey images of 28x28, 10 classes"}
	for _, f := range []struct {
		name     string
		size     int64
		hash     Hash
		packaged Content
	}{
		{"train-images-idx3-ubyte.gz", 26_421_880, md5Hash("8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
			Content{26_421_856, sha("b0564c3eedabfbf835052cff8503ea422014ce006caf5b757f851416ee8300c7"), debian}},
		{"train-labels-idx1-ubyte.gz", 29_515, sha("a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
			Content{29_491, sha("0ae29f65d86684f32d1b9c85147786c547b9c6aebcaf235f0400a0cce308b056"), debian}},
		{"t10k-images-idx3-ubyte.gz", 4_422_102, md5Hash("bef4ecab320f06d8554ea6380940ec79"),
			Content{4_422_079, sha("cc1d090a38ace84dfa1aa66e3ada7c336ef481a96936906477e6dd344da56eaa"), debian}},
		{"t10k-labels-idx1-ubyte.gz", 5_148, sha("67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
			Content{5_125, sha("8d3605d196f4be44669e46906da9733c8131fef761fdbfec72c424d5222f1a05"), debian}},
	} {
		path := "fashion-mnist/" + f.name
		s.Downloads = append(s.Downloads, Download{URL: origin + f.name, Size: f.size, Hash: f.hash, Path: path})
		s.Files = append(s.Files, File{Path: path, What: "Fashion-MNIST", Licence: "MIT", Known: []Content{{Size: f.size, Hash: f.hash}, f.packaged}})
	}
	return s
}

func nasbench201Source() Source {
	s := Source{Name: nasbench.Folder, What: "accuracies of all 15,625 NAS-Bench-201 architectures, from three public files"}
	for _, f := range nasbench.Sources {
		path := nasbench.Folder + "/" + f.Name
		s.Downloads = append(s.Downloads, Download{URL: f.URL(), Size: f.Size, Hash: sha(f.SHA256), Path: path})
		s.Files = append(s.Files, File{Path: path, What: f.What, Licence: f.Licence, Known: []Content{{Size: f.Size, Hash: sha(f.SHA256)}}})
	}
	return s
}

func curvesSource() Source {
	s := Source{Name: "darts-curves", What: "learning curves of retrained DARTS-space architectures: 214 random ones, and the three that the paper's authors released"}
	for _, f := range curves.Files() {
		path := curves.Folder + "/" + f.Name
		s.Downloads = append(s.Downloads, Download{URL: f.URL(), Size: f.DownloadSize, Hash: sha(f.DownloadSHA256), Path: path, Convert: f.Convert})
		s.Files = append(s.Files, File{Path: path, What: f.What, Licence: f.Licence, Known: []Content{{Size: f.Size, Hash: sha(f.SHA256)}}})
	}
	return s
}

// find is the source of that name among sources.
func find(sources []Source, name string) (Source, error) {
	var names []string
	for _, s := range sources {
		if s.Name == name {
			return s, nil
		}
		names = append(names, s.Name)
	}
	return Source{}, fmt.Errorf("data %q is not registered; registered are %s", name, strings.Join(names, ", "))
}
