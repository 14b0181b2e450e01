"""What the pages of the stick say."""

from typing import Final

NOBODY: Final = "请选择写给哪个单位；没有联系过的单位写不了，请先联网一次"
NO_ROOM: Final = "磁盘空间不够，没有写成；请清理后再试。办件没有变化"
CHOOSE: Final = "请先选择U盘里以 .tbc 结尾的文件"
FILE: Final = "带给{name}.tbc"
